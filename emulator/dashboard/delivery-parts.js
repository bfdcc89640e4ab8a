// What the list and the detail of deliveries both show.

import { el } from "./elements.js";
import { distance, moment } from "./times.js";

export const TONES = { waiting: "warn", delivered: "good", exhausted: "bad" };

/** When it is sent next, on the site's clock. */
export function next(delivery, now) {
  if (delivery.dueAt === null) {
    return null;
  }
  const what = delivery.attempts.length === 0 ? "first attempt" : "next retry";
  return el("span", { class: "next" }, `${what} `, moment(delivery.dueAt, now), ` (${distance(delivery.dueAt, now)})`);
}

/** The name without what all of them begin with. */
export function shortName(eventType) {
  return eventType.replace(/^wix\.ecom\.v1\./, "");
}
