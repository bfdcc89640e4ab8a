// One order: what was ordered, what is fulfilled of it, and how it travels.

import { button, el, facts, foreign, pill, webLink } from "./elements.js";
import { openDeletion, openParcelChange, openShipment } from "./order-forms.js";
import { lineItem, TONES } from "./order-parts.js";
import { empty } from "./split.js";
import { moment } from "./times.js";

export function orderDetail(app, orderId, order) {
  if (orderId === null) {
    return empty(
      "Choose an order",
      el("p", {}, "Then ship a part of it, change a tracking number, or delete a fulfillment: each time through the emulated API, and you see the very request."),
    );
  }
  if (order === undefined) {
    return empty("No such order on this site", el("p", {}, foreign(orderId)));
  }
  const remaining = order.lineItems.reduce((sum, item) => sum + item.remaining, 0);
  return [
    el("h2", {}, "Order ", foreign(order.number)),
    el(
      "p",
      { class: "pills" },
      pill(order.status, TONES[order.status]),
      pill(order.paymentStatus.replaceAll("_", " "), TONES[order.paymentStatus]),
      pill(order.fulfillmentStatus.replaceAll("_", " "), TONES[order.fulfillmentStatus]),
    ),
    el(
      "p",
      { class: "buttons" },
      button("Ship…", () => openShipment(app, order), { class: "primary", disabled: remaining === 0, "data-key": "ship" }),
      remaining === 0 ? el("span", { class: "hint" }, "Nothing remains to be shipped.") : null,
    ),
    facts(
      ["Id", foreign(order.id, "code")],
      ["Buyer", order.buyer && foreign(order.buyer)],
      ["E-mail", order.email && foreign(order.email)],
      ["Total", order.total && foreign(order.total)],
      ["Created", moment(order.createdDate)],
    ),
    el("h3", {}, "Line items"),
    el("div", { class: "line-items" }, order.lineItems.map((item) => [lineItem(item), lineItemFacts(item)])),
    el("h3", {}, `Fulfillments (${order.fulfillments.length})`),
    order.fulfillments.length === 0
      ? el("p", { class: "hint" }, "Nothing has left the shop yet. “Ship…” makes a fulfillment.")
      : order.fulfillments.map((one, index) => fulfillment(app, order, one, index + 1)),
  ];
}

function lineItemFacts(item) {
  const counts = `ordered ${item.ordered}, fulfilled ${item.fulfilled}, remaining ${item.remaining}`;
  return el("span", { class: "sub" }, counts, " · ", el("code", {}, item.id));
}

function fulfillment(app, order, shipped, position) {
  const names = new Map(order.lineItems.map((item) => [item.id, item.name]));
  const label = `fulfillment ${position}`;
  return el(
    "article",
    { class: "card", "aria-label": `Fulfillment ${position}` },
    el("p", { class: "head" }, parcel(shipped.trackingInfo), shipped.status ? pill(shipped.status.replaceAll("_", " ")) : null),
    el(
      "ul",
      { class: "plain" },
      shipped.lineItems.map((item) => el("li", {}, `${item.quantity} × `, foreign(names.get(item.id) || item.id))),
    ),
    customInfo(shipped.customInfo),
    el("p", { class: "sub" }, moment(shipped.createdDate), " · ", el("code", {}, shipped.id)),
    el(
      "p",
      { class: "buttons" },
      button("Change tracking…", () => openParcelChange(app, order, shipped), {
        "aria-label": `Change tracking of ${label}`,
        "data-key": `change ${shipped.id}`,
      }),
      button("Delete…", () => openDeletion(app, order, shipped), {
        class: "danger",
        "aria-label": `Delete ${label}`,
        "data-key": `delete ${shipped.id}`,
      }),
    ),
  );
}

function parcel(tracking) {
  if (!tracking?.trackingNumber) {
    return el("strong", {}, "Without a tracking number");
  }
  const carrier = tracking.shippingProvider ? [foreign(tracking.shippingProvider), " "] : [];
  const number = tracking.trackingLink
    ? webLink(tracking.trackingLink, tracking.trackingNumber)
    : foreign(tracking.trackingNumber);
  return el("strong", {}, carrier, number);
}

function customInfo(info) {
  const fields = Object.entries(info?.fieldsData ?? {});
  return fields.length === 0 ? null : facts(...fields.map(([name, value]) => [foreign(name), foreign(value)]));
}
