// What the list and the detail of orders both show.

import { el, foreign } from "./elements.js";

export const TONES = {
  FULFILLED: "good",
  PARTIALLY_FULFILLED: "warn",
  NOT_FULFILLED: "plain",
  APPROVED: "good",
  CANCELED: "bad",
  REJECTED: "bad",
  PAID: "good",
};

/** A line item with a bar: how much of what was ordered is fulfilled. */
export function lineItem(item) {
  const text = `${item.fulfilled} of ${item.ordered} fulfilled, ${item.remaining} remaining`;
  const done = el("span", { class: "done" });
  done.style.width = `${(100 * item.fulfilled) / item.ordered}%`;
  return el(
    "span",
    { class: "line-item" },
    el("span", { class: "name" }, foreign(item.name || "unnamed")),
    el("span", { class: "bar", role: "img", "aria-label": text, title: text }, done),
    el("span", { class: "count", "aria-hidden": "true" }, `${item.fulfilled}/${item.ordered}`),
  );
}
