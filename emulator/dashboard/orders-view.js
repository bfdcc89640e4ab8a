// The orders of the site: listed, searched, and made.

import { code } from "./code.js";
import { button, el, foreign, pill, swap } from "./elements.js";
import { attempt } from "./notices.js";
import { openNewOrder } from "./order-forms.js";
import { orderDetail } from "./order-detail.js";
import { lineItem, TONES } from "./order-parts.js";
import { Pager } from "./pager.js";
import { option } from "./dialogs.js";
import { empty, Split } from "./split.js";
import { moment } from "./times.js";

const LINE_ITEMS_SHOWN = 3;
const TYPING_MS = 200;
const STATUSES = [
  ["", "Any fulfillment status"],
  ["NOT_FULFILLED", "Not fulfilled"],
  ["PARTIALLY_FULFILLED", "Partially fulfilled"],
  ["FULFILLED", "Fulfilled"],
];

export class OrdersView {
  constructor(app) {
    this.app = app;
    this.kinds = new Set(["order", "control", "lost"]);
    this.split = new Split({ listLabel: "Orders", detailLabel: "The chosen order", backTo: "#/orders" });
    this.element = this.split.element;
    this.pager = new Pager(() => attempt(() => this.refresh()));
    this.chosen = null;
    this.#addTools();
  }

  async show(orderId) {
    this.chosen = orderId;
    this.split.choose(orderId !== null);
    await this.refresh();
  }

  async refresh() {
    const turn = (this.turn = Symbol("the latest refresh"));
    const filter = this.status.value ? { fulfillmentStatus: this.status.value } : {};
    const [page, chosen] = await Promise.all([
      this.app.plane.get("/orders", { search: this.search.value, ...filter, ...this.pager.parameters }),
      this.chosen === null ? null : this.app.plane.get("/orders", { id: this.chosen }),
    ]);
    if (turn !== this.turn) {
      return; // overtaken by a later one
    }
    this.#showList(page.orders.reverse(), page.total);
    swap(this.split.detail, this.split.back("All orders"), orderDetail(this.app, this.chosen, chosen?.orders[0]));
  }

  #addTools() {
    const changed = () => {
      this.pager.restart();
      attempt(() => this.refresh());
    };
    let typing;
    this.search = el("input", {
      type: "search",
      id: "order-search",
      placeholder: "number, buyer, product, tracking number",
      input: () => {
        clearTimeout(typing);
        typing = setTimeout(changed, TYPING_MS);
      },
    });
    this.status = el("select", { "aria-label": "Fulfillment status", change: changed }, STATUSES.map(option));
    this.split.tools.append(
      el("label", { class: "search" }, el("span", { class: "label" }, "Search orders"), this.search),
      this.status,
      button("Create order…", () => openNewOrder(this.app), { class: "primary" }),
    );
  }

  #showList(orders, total) {
    if (orders.length === 0) {
      swap(this.split.list, this.#nothing());
      return;
    }
    const now = this.app.summary.clock.now;
    swap(
      this.split.list,
      el("ul", { class: "rows" }, orders.map((order) => row(order, order.id === this.chosen, now))),
      this.pager.controls(total, "orders"),
    );
  }

  #nothing() {
    if (this.search.value !== "" || this.status.value !== "") {
      return empty("No order fits", el("p", {}, "Search looks at numbers, ids, buyers, products and tracking numbers."));
    }
    return empty(
      "This site has no orders yet",
      el("p", {}, "Create one with “Create order…” above, have some made up, or ask the control plane:"),
      button("Make up 3 orders", () => attempt(() => this.app.plane.post("/orders", { count: 3 }), "Made 3 orders.")),
      code(`curl -X POST '${location.origin}${this.app.plane.url("/orders")}' -d '{"count": 3}'`, "Make orders"),
    );
  }
}

function row(order, isChosen, now) {
  const href = `#/orders/${encodeURIComponent(order.id)}`;
  const hidden = order.lineItems.length - LINE_ITEMS_SHOWN;
  return el(
    "li",
    {},
    el(
      "a",
      { href, class: "row", "data-key": `order ${order.id}`, "aria-current": isChosen ? "true" : null },
      el(
        "span",
        { class: "head" },
        el("strong", {}, "Order ", foreign(order.number)),
        order.status === "APPROVED" ? null : pill(order.status, TONES[order.status]),
        pill(order.fulfillmentStatus.replaceAll("_", " "), TONES[order.fulfillmentStatus]),
      ),
      el("span", { class: "sub" }, foreign(order.buyer || order.email || "no buyer"), " · ", moment(order.createdDate, now)),
      order.lineItems.slice(0, LINE_ITEMS_SHOWN).map(lineItem),
      hidden > 0 ? el("span", { class: "sub" }, `and ${hidden} more line items`) : null,
    ),
  );
}
