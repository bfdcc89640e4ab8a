// A part of a view with a title, and something in it that changes.

import { el, swap } from "./elements.js";

/** A card that a view shows again and again: `show` answers its changing part. */
export function card(title, show, ...fixed) {
  const changing = el("div", {});
  const id = `card-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  return {
    element: el("section", { class: "card", "aria-labelledby": id }, el("h2", { id }, title), changing, fixed),
    refresh: async () => swap(changing, await show()),
  };
}
