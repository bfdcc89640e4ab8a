// What just happened, in a line each.

import { shortName } from "./delivery-parts.js";
import { el, foreign, pill } from "./elements.js";

const LINES_MAX = 4;
const ERROR_STATUS_MIN = 400;

export class News {
  constructor(container) {
    this.container = container;
    this.container.append(el("li", { class: "hint" }, "Nothing yet. Requests and deliveries show up as they happen."));
    this.isEmpty = true;
  }

  /** Begin with what the journal and the deliveries hold, oldest first each. */
  begin(requests, deliveries) {
    if (!this.isEmpty) {
      return; // something newer has happened meanwhile
    }
    const past = [
      ...requests.map((one) => ["request", one.at, one]),
      ...deliveries.map((one) => ["delivery", one.attempts.at(-1)?.at ?? one.createdAt, summed(one)]),
    ];
    past.sort(([, a], [, b]) => a.localeCompare(b)).forEach(([kind, , news]) => this.add(kind, news));
  }

  add(kind, news) {
    const line = LINES[kind]?.(news);
    if (!line) {
      return;
    }
    if (this.isEmpty) {
      this.container.replaceChildren();
      this.isEmpty = false;
    }
    this.container.prepend(el("li", {}, line));
    while (this.container.childElementCount > LINES_MAX) {
      this.container.lastElementChild.remove();
    }
  }
}

/** A delivery as the stream tells of it. */
function summed(delivery) {
  const { id, status, eventType, attempts, subscription } = delivery;
  return { id, status, eventType, url: subscription.url, attempts: attempts.length, lastStatus: attempts.at(-1)?.status };
}

const LINES = {
  request: ({ requestId, method, path, operation, status, refusal }) => [
    el("a", { href: `#/journal/${encodeURIComponent(requestId)}` }, operation ?? foreign(`${method} ${path}`)),
    " ",
    pill(status === null ? "no answer" : String(status), status === null || status >= ERROR_STATUS_MIN ? "bad" : "good"),
    refusal ? [" ", refusal] : null,
  ],
  delivery: ({ id, status, eventType, url, attempts, lastStatus }) => [
    el("a", { href: `#/webhooks/${encodeURIComponent(id)}` }, foreign(shortName(eventType))),
    " ",
    attempts === 0 ? pill("queued") : pill(String(lastStatus ?? "no answer"), lastStatus === 200 ? "good" : "bad"),
    attempts > 0 && status !== "delivered" ? ` ${status}` : null,
    " → ",
    foreign(url),
  ],
  control: ({ operation }) => (operation === "reset" ? "The site was reset." : operation === "putState" ? "A snapshot was loaded." : null),
  lost: ({ count }) => `${count} events came too fast to be listed here; the views show the present state.`,
};
