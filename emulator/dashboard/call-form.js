// A form whose outcome is one call of the emulated API, shown as it will be sent.

import { codeBlock } from "./code.js";
import { openForm } from "./dialogs.js";
import { el } from "./elements.js";
import { asCurl, asSdk, send } from "./emulated-call.js";
import { explained, notify } from "./notices.js";

/** `call()` makes the call from what the form says now; `done(answer)` the message when it went well. */
export function openCallForm(app, { title, intro, fields, submit, call, done }) {
  const curl = codeBlock("", "The request as curl");
  const sdk = codeBlock("", "The request as SDK code");
  const outcome = el("div", { class: "outcome", role: "alert" });
  const preview = el(
    "div",
    { class: "preview" },
    el("details", { open: true }, el("summary", {}, "The request as curl"), curl.block),
    el("details", {}, el("summary", {}, "The request as SDK code"), sdk.block),
  );
  const dialog = openForm({
    title,
    intro,
    fields: [fields, preview, outcome],
    submit,
    onInput: () => {
      curl.show(asCurl(call(), app.client));
      sdk.show(asSdk(call(), app.client));
    },
    onSubmit: async () => {
      try {
        const answer = await send(call(), app.client);
        if (answer.isOk) {
          notify(done(answer.body));
        } else {
          outcome.replaceChildren(...refused(answer, () => dialog.close()));
          outcome.scrollIntoView({ block: "nearest" });
        }
        return answer.isOk;
      } catch (error) {
        outcome.replaceChildren(explained(error));
        return false;
      }
    },
  });
}

function refused({ status, body, requestId, rule }, leave) {
  const code = body?.details?.applicationError?.code;
  const href = `#/journal/${encodeURIComponent(requestId)}`;
  return [
    el("p", {}, el("strong", {}, `Refused: ${status}${code ? ` ${code}` : ""}`)),
    el("pre", { class: "foreign", tabindex: "0", "aria-label": "Why" }, body?.message || "without a message, as Wix answers a fault of its own"),
    el("p", {}, el("a", { href, click: leave }, `Explained in the journal${rule ? ` (rule ${rule})` : ""}`)),
  ];
}
