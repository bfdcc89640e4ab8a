// Code that can be copied.

import { button, el } from "./elements.js";

const COPIED_MS = 2_000;

export function codeBlock(text, label = "Code") {
  const code = el("code", {}, text);
  const copy = button("Copy", () => copied(copy, code.textContent), { class: "small", "aria-label": `Copy: ${label}` });
  const block = el(
    "div",
    { class: "code" },
    el("pre", { tabindex: "0", role: "region", "aria-label": label }, code),
    copy,
  );
  return { block, show: (shown) => (code.textContent = shown) };
}

export function code(text, label) {
  return codeBlock(text, label).block;
}

export function json(value, label) {
  return code(JSON.stringify(value, null, 2), label);
}

async function copied(copy, text) {
  try {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  } catch {
    copy.textContent = "Select and copy by hand";
  }
  setTimeout(() => (copy.textContent = "Copy"), COPIED_MS);
}
