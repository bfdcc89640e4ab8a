// What the list and the detail of deliveries both show.

import { el } from "./elements.js";
import { planned } from "./times.js";

export const TONES = { waiting: "warn", delivered: "good", exhausted: "bad" };

/** When it is sent next, on the site's clock. */
export function next(delivery, clock) {
  if (delivery.dueAt === null) {
    return null;
  }
  const what = delivery.attempts.length === 0 ? "first attempt" : "next retry";
  return el("span", { class: "next" }, `${what} `, planned(delivery.dueAt, clock));
}

/** The name without what all of them begin with. */
export function shortName(eventType) {
  return eventType.replace(/^wix\.ecom\.v1\./, "");
}
