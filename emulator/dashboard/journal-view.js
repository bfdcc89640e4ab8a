// The journal of the site: what was asked of the emulated API, as it is asked.

import { code } from "./code.js";
import { option } from "./dialogs.js";
import { button, el, foreign, pill, swap } from "./elements.js";
import { asCurl } from "./emulated-call.js";
import { attempt } from "./notices.js";
import { Pager } from "./pager.js";
import { requestDetail, statusPill } from "./request-detail.js";
import { empty, Split } from "./split.js";
import { moment } from "./times.js";

const FILTERS = [["", "All requests"], ["true", "Refused and failed"], ["false", "Answered well"]];

export class JournalView {
  constructor(app) {
    this.app = app;
    this.kinds = new Set(["request", "delivery", "control", "lost"]);
    this.split = new Split({ listLabel: "Requests", detailLabel: "The chosen request", backTo: "#/journal" });
    this.element = this.split.element;
    this.pager = new Pager(() => attempt(() => this.refresh()));
    this.chosen = null;
    this.refused = el("select", { "aria-label": "Which requests", change: () => this.#filter() }, FILTERS.map(option));
    this.split.tools.append(
      this.refused,
      button("Empty the journal", () => attempt(() => app.plane.delete("/requests"), "Emptied the journal.")),
    );
  }

  async show(requestId) {
    this.chosen = requestId;
    this.split.choose(requestId !== null);
    await this.refresh();
  }

  async refresh() {
    const turn = (this.turn = Symbol("the latest refresh"));
    const { plane } = this.app;
    const filter = this.refused.value ? { refused: this.refused.value } : {};
    const chosenPath = `/requests/${encodeURIComponent(this.chosen)}`;
    const [page, chosen] = await Promise.all([
      plane.get("/requests", { brief: true, ...filter, ...this.pager.parameters }),
      this.chosen === null ? null : plane.get(chosenPath).catch(() => undefined),
    ]);
    if (turn !== this.turn) {
      return; // overtaken by a later one
    }
    this.#showList(page.requests.reverse(), page.total);
    swap(this.split.detail, this.split.back("All requests"), requestDetail(this.chosen, chosen));
  }

  #filter() {
    this.pager.restart();
    attempt(() => this.refresh());
  }

  #showList(requests, total) {
    if (requests.length === 0) {
      swap(this.split.list, this.refused.value === "" ? nothingAsked(this.app) : empty("No such request"));
      return;
    }
    const now = this.app.summary.clock.now;
    swap(
      this.split.list,
      el("ul", { class: "rows" }, requests.map((one) => row(one, one.requestId === this.chosen, now))),
      this.pager.controls(total, "requests"),
    );
  }
}

function row(request, isChosen, now) {
  const href = `#/journal/${encodeURIComponent(request.requestId)}`;
  return el(
    "li",
    {},
    el(
      "a",
      { href, class: "row", "data-key": `request ${request.requestId}`, "aria-current": isChosen ? "true" : null },
      el(
        "span",
        { class: "head" },
        el("strong", {}, request.operation ?? "unknown path"),
        statusPill(request),
        request.refusal ? pill(request.refusal, "bad") : null,
        request.fault ? pill("fault", "warn") : null,
        request.doubts > 0 ? pill(`${request.doubts} unread or doubtful`, "warn") : null,
      ),
      el("span", { class: "sub" }, moment(request.at, now), ` ${request.method} `, foreign(request.path)),
    ),
  );
}

function nothingAsked(app) {
  const call = { method: "POST", path: "/ecom/v1/orders/search", body: { search: {} } };
  return empty(
    "Nobody has asked for anything yet",
    el("p", {}, "Calls of the emulated API show up here as they come, and why one is refused. Try:"),
    code(asCurl(call, app.client), "Search orders"),
    el("p", {}, "Your own client needs only another base URL:"),
    code(location.origin, "Base URL"),
  );
}
