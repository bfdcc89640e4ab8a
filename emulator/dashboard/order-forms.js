// The forms that change orders. Each ends in one call of the emulated API.

import { openCallForm } from "./call-form.js";
import { field } from "./dialogs.js";
import { button, el, foreign } from "./elements.js";
import { createFulfillment, createOrder, deleteFulfillment, updateFulfillment } from "./emulated-call.js";

const STORES_APP_ID = "215238eb-22a5-4c36-9e7b-e7c08025e04e";
const OTHER = "other";

export function openNewOrder(app) {
  const items = el("div", { class: "items" });
  const email = field("Buyer's e-mail", { type: "email", value: "buyer@example.com" });
  const isPaid = el("input", { type: "checkbox", checked: true });
  const add = () => items.append(newItem(items.childElementCount + 1));
  add();
  openCallForm(app, {
    title: "Create an order",
    intro: "A paid order is approved at once and can be shipped; an unpaid one waits for its payment.",
    fields: [
      items,
      button("Add a line item", (event) => {
        add();
        event.target.form.dispatchEvent(new Event("input"));
      }),
      email.element,
      el("label", { class: "check" }, isPaid, " Paid"),
    ],
    submit: "Create order",
    call: () => createOrder(order([...items.children].map(readItem), email.input.value, isPaid.checked)),
    done: (answer) => `Created order ${answer.order.number}.`,
  });
}

export function openShipment(app, order) {
  const quantities = order.lineItems.map((item) => {
    const ask = field(item.name || item.id, { type: "number", min: 0, step: 1, value: item.remaining }, {
      hint: `${item.remaining} of ${item.ordered} remain`,
    });
    return { id: item.id, ...ask };
  });
  const parcel = parcelFields(app);
  openCallForm(app, {
    title: `Ship order ${order.number}`,
    intro: "Take as much of each line item as goes into this parcel. More than remains is refused, as at Wix: try it.",
    fields: [el("fieldset", {}, el("legend", {}, "Quantities"), quantities.map((one) => one.element)), parcel.fields],
    submit: "Ship",
    call: () => {
      const lineItems = quantities
        .filter(({ input }) => Number(input.value) > 0)
        .map(({ id, input }) => ({ id, quantity: Number(input.value) }));
      return createFulfillment(order.id, { lineItems, ...parcel.read() });
    },
    done: (answer) => `Shipped: fulfillment ${answer.fulfillmentId}.`,
  });
}

export function openParcelChange(app, order, fulfillment) {
  const parcel = parcelFields(app, fulfillment.trackingInfo ?? {});
  openCallForm(app, {
    title: "Change tracking",
    intro: "A predefined carrier makes its own link from the number.",
    fields: parcel.fields,
    submit: "Change tracking",
    call: () => updateFulfillment(order.id, fulfillment.id, parcel.read()),
    done: () => "Changed the tracking info.",
  });
}

export function openDeletion(app, order, fulfillment) {
  openCallForm(app, {
    title: "Delete the fulfillment?",
    intro: "Its quantities can then be shipped again. Wix asks nobody; neither does the API.",
    fields: el("p", {}, "Fulfillment ", el("code", {}, fulfillment.id), " of order ", foreign(order.number)),
    submit: "Delete fulfillment",
    call: () => deleteFulfillment(order.id, fulfillment.id),
    done: () => "Deleted the fulfillment.",
  });
}

function parcelFields(app, tracking = {}) {
  const carriers = [...app.manifest.shippingProviders, [OTHER, "another carrier"], ["", "none"]];
  const isPredefined = app.manifest.shippingProviders.includes(tracking.shippingProvider);
  const known = tracking.shippingProvider === undefined || isPredefined ? tracking.shippingProvider : OTHER;
  const number = field("Tracking number", { value: tracking.trackingNumber ?? "", autocomplete: "off" });
  const carrier = field("Carrier", { value: known ?? carriers[0] }, { choices: carriers });
  const name = field("Carrier's name", { value: known === OTHER ? tracking.shippingProvider : "" });
  const link = field("Tracking link", { type: "url", value: known === OTHER ? (tracking.trackingLink ?? "") : "" }, {
    hint: "Wix asks for it with a carrier that it does not know.",
  });
  const show = () => [name, link].forEach(({ element }) => (element.hidden = carrier.input.value !== OTHER));
  carrier.input.addEventListener("change", show);
  show();
  return {
    fields: el("fieldset", {}, el("legend", {}, "Parcel"), [number, carrier, name, link].map((one) => one.element)),
    read: () => {
      if (number.input.value === "") {
        return {};
      }
      const isOther = carrier.input.value === OTHER;
      const trackingInfo = {
        trackingNumber: number.input.value,
        shippingProvider: (isOther ? name.input.value : carrier.input.value) || undefined,
        trackingLink: (isOther && link.input.value) || undefined,
      };
      return { trackingInfo: JSON.parse(JSON.stringify(trackingInfo)) };
    },
  };
}

function newItem(position) {
  const name = field("Product", { value: position === 1 ? "Mug" : "", name: "product", required: true, maxlength: 200 });
  const quantity = field("Quantity", { type: "number", min: 1, value: 1, name: "quantity", required: true });
  const price = field("Price", { value: "12.00", name: "price", inputmode: "decimal", required: true });
  return el(
    "fieldset",
    { class: "item" },
    el("legend", {}, `Line item ${position}`),
    [name, quantity, price].map((one) => one.element),
  );
}

function readItem(fieldset) {
  const value = (name) => fieldset.querySelector(`[name=${name}]`).value;
  return {
    productName: { original: value("product") },
    catalogReference: { catalogItemId: "00000000-0000-0000-0000-00000000c0de", appId: STORES_APP_ID },
    quantity: Number(value("quantity")),
    itemType: { preset: "PHYSICAL" },
    physicalProperties: { shippable: true },
    price: { amount: value("price") },
  };
}

function order(lineItems, email, isPaid) {
  const total = lineItems.reduce((sum, item) => sum + item.quantity * Number(item.price.amount), 0);
  const amount = Number.isFinite(total) ? total.toFixed(2) : "0.00";
  return {
    lineItems,
    buyerInfo: { email },
    channelInfo: { type: "WEB" },
    currency: "USD",
    paymentStatus: isPaid ? "PAID" : "NOT_PAID",
    priceSummary: { subtotal: { amount }, total: { amount } },
    shippingInfo: { title: "Standard" },
  };
}
