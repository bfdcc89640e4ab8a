// A list and, beside it, what is chosen from it; on a narrow screen one of the two.

import { el } from "./elements.js";

export class Split {
  constructor({ listLabel, detailLabel, backTo }) {
    this.tools = el("div", { class: "tools" });
    this.list = el("div", { class: "list" });
    this.detail = el("section", { class: "detail", "aria-label": detailLabel, tabindex: "-1" });
    this.backTo = backTo;
    this.element = el(
      "div",
      { class: "split" },
      el("section", { class: "master", "aria-label": listLabel }, this.tools, this.list),
      this.detail,
    );
  }

  /** Whether something is chosen, and the way back to the list for those who see only one of the two. */
  choose(isChosen) {
    this.element.classList.toggle("chosen", isChosen);
  }

  back(label) {
    return el("p", { class: "back" }, el("a", { href: this.backTo, "data-key": "back" }, `← ${label}`));
  }
}

/** What to show where nothing is. */
export function empty(title, ...children) {
  return el("div", { class: "empty" }, el("h3", {}, title), children);
}
