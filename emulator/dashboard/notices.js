// Short messages at the edge of the page: what was just done, or why it could not be.

import { button, el } from "./elements.js";
import { Refused } from "./control-plane.js";

const SHOWN_MS = 8_000;
const SHOWN_MAX = 3;

export function notify(message, tone = "good") {
  const notices = document.getElementById("notices");
  const notice = el("div", { class: `notice ${tone}` }, el("p", {}, message));
  notice.append(button("Dismiss", () => notice.remove(), { class: "small" }));
  notices.append(notice);
  while (notices.childElementCount > SHOWN_MAX) {
    notices.firstElementChild.remove();
  }
  if (tone === "good") {
    setTimeout(() => notice.remove(), SHOWN_MS);
  }
}

/** Do it; if it is refused, say why. Whether it went well. */
export async function attempt(work, done = null) {
  try {
    const outcome = await work();
    if (done !== null) {
      notify(typeof done === "function" ? done(outcome) : done);
    }
    return true;
  } catch (error) {
    notify(explained(error), "bad");
    return false;
  }
}

export function explained(error) {
  if (error instanceof Refused) {
    return `${error.status}: ${error.message}`;
  }
  return error instanceof TypeError ? "The emulator does not answer. Is it still running?" : error.message;
}
