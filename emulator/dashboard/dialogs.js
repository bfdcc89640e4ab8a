// Forms that open over the page. They stay as they are while the page below follows what happens.

import { button, el } from "./elements.js";

let fields = 0; // for ids that differ

/** Open a form. `onSubmit(form)` answers whether it is done with. */
export function openForm({ title, intro, fields, submit, onSubmit, onInput = null }) {
  const heading = el("h2", { id: "dialog-title" }, title);
  const submitter = el("button", { type: "submit", class: "primary" }, submit);
  const form = el(
    "form",
    { method: "dialog", input: () => onInput?.(), change: () => onInput?.() },
    heading,
    intro ? el("p", { class: "intro" }, intro) : null,
    fields,
    el("p", { class: "buttons" }, submitter, button("Cancel", () => dialog.close())),
  );
  const dialog = el("dialog", { "aria-labelledby": "dialog-title", close: () => dialog.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submitter.disabled = true;
    try {
      if (await onSubmit(form)) {
        dialog.close();
      }
    } finally {
      submitter.disabled = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  onInput?.();
  return dialog;
}

/** A labelled input; `choices` makes it a select. */
export function field(label, attributes = {}, { hint = null, choices = null } = {}) {
  const { value, ...others } = attributes;
  const input = choices === null ? el("input", { type: "text", ...others }) : el("select", others, choices.map(option));
  if (value !== undefined) {
    input.value = value;
  }
  input.id = `field-${(fields += 1)}`;
  const hinted = hint === null ? null : el("span", { class: "hint", id: `${input.id}-hint` }, hint);
  if (hinted !== null) {
    input.setAttribute("aria-describedby", hinted.id);
  }
  const named = el("label", { class: "label", for: input.id, dir: "auto" }, label);
  return { input, element: el("div", { class: "field" }, named, input, hinted) };
}

export function option(choice) {
  const [value, label] = Array.isArray(choice) ? choice : [choice, choice];
  return el("option", { value }, label);
}
