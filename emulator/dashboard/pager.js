// Pages of a long list, newest first.

import { button, el } from "./elements.js";

export const PAGE_SIZE = 25;

export class Pager {
  constructor(onTurn) {
    this.offset = 0;
    this.onTurn = onTurn;
  }

  get parameters() {
    return { limit: PAGE_SIZE, offset: this.offset };
  }

  restart() {
    this.offset = 0;
  }

  /** What to show below the list: which part of it this is, and how to get to the others. */
  controls(total, noun) {
    if (total <= PAGE_SIZE && this.offset === 0) {
      return null;
    }
    const last = Math.min(this.offset + PAGE_SIZE, total);
    return el(
      "nav",
      { class: "pager", "aria-label": `Pages of ${noun}` },
      button("Newer", () => this.#turn(-PAGE_SIZE), { disabled: this.offset === 0, "data-key": "newer" }),
      el("p", {}, `${Math.min(this.offset + 1, total)} to ${last} of ${total} ${noun}`),
      button("Older", () => this.#turn(PAGE_SIZE), { disabled: last >= total, "data-key": "older" }),
    );
  }

  #turn(step) {
    this.offset = Math.max(this.offset + step, 0);
    this.onTurn();
  }
}
