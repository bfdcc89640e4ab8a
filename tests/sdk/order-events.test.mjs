// The six kinds of order events, sent by real changes, verified and unpacked by the SDK's `client.webhooks.process`.
import assert from "node:assert/strict";
import { test } from "node:test";

import * as orders from "@wix/auto_sdk_ecom_orders";
import { AppStrategy, createClient } from "@wix/sdk";

import { withReceiver } from "./receiver.mjs";
import { COFFEE, NOT_PAID, NOTHING_SENT } from "./shop.mjs";

const KINDS = ["Created", "Updated", "Approved", "Canceled", "Fulfilled", "PaymentStatusUpdated"];
const FREE_ORDER = {
  lineItems: [
    {
      productName: { original: "Sample" },
      catalogReference: { catalogItemId: "sample", appId: "215238eb-22a5-4c36-9e7b-e7c08025e04e" },
      quantity: 1,
      itemType: { preset: "PHYSICAL" },
      price: { amount: "0" },
    },
  ],
  channelInfo: { type: "WEB" },
  priceSummary: { total: { amount: "0" } },
  shippingInfo: { title: "Standard" },
};

// What the SDK's handlers get of the events that `change` causes: [kind, event] each.
async function eventsOf(change) {
  const events = [];
  await withReceiver(async (site) => {
    const { appId, publicKey } = site.facts;
    const client = createClient({ auth: AppStrategy({ appId, publicKey }), modules: { orders } });
    for (const kind of KINDS) client.orders[`onOrder${kind}`]((event) => void events.push([kind, event]));
    await site.subscribe("jwt", ["wix.ecom.v1.order_*"]);
    await change(site.orders, site);
    const { deliveries } = await site.control("GET", "deliveries");
    for (const _ of deliveries) await client.webhooks.process(await site.next());
  });
  return events;
}

test("onOrderCreated and onOrderApproved get the new order", async () => {
  let order;
  const events = await eventsOf(async (orders) => {
    order = await orders.createOrder(FREE_ORDER);
  });

  assert.deepEqual(events.map(([kind]) => kind).sort(), ["Approved", "Created"]);
  const { Created: created, Approved: approved } = Object.fromEntries(events);
  assert.deepEqual(created.entity, order);
  assert.deepEqual(approved.data.order, order);
  assert.equal(created.metadata.entityId, order._id);
  assert.equal(created.metadata.entityFqdn, "wix.ecom.v1.order");
  assert.equal(created.metadata.slug, "created");
  assert.ok(created.metadata.eventTime);
});

test("onOrderUpdated gets the order as it is then", async () => {
  let order;
  const events = await eventsOf(async (orders) => {
    order = await orders.updateOrder(NOTHING_SENT, { archived: true });
  });

  assert.deepEqual(
    events.map(([kind, { entity }]) => [kind, entity]),
    [["Updated", order]],
  );
});

test("onOrderCanceled gets the order and what was asked for besides", async () => {
  let canceled;
  const events = await eventsOf(async (orders) => {
    canceled = await orders.cancelOrder(NOTHING_SENT, { customMessage: "Sorry!", restockAllItems: true });
  });

  const [[kind, { data }]] = events;
  assert.equal(events.length, 1);
  assert.equal(kind, "Canceled");
  assert.deepEqual(data, {
    order: canceled.order,
    restockAllItems: true,
    sendOrderCanceledEmail: false,
    customMessage: "Sorry!",
  });
});

test("onOrderPaymentStatusUpdated and onOrderApproved tell of a payment", async () => {
  const events = await eventsOf((orders) => orders.paymentCollectionMarkOrderAsPaid(NOT_PAID));

  const { PaymentStatusUpdated: paid, Approved: approved } = Object.fromEntries(events);
  assert.equal(events.length, 2);
  assert.equal(paid.data.previousPaymentStatus, "NOT_PAID");
  assert.equal(paid.data.order.paymentStatus, "PAID");
  assert.equal(approved.data.order.status, "APPROVED");
});

test("onOrderFulfilled tells of each change of the fulfillment status", async () => {
  const events = await eventsOf((orders, { orderFulfillments }) =>
    orderFulfillments.createFulfillment(NOTHING_SENT, { lineItems: [{ _id: COFFEE, quantity: 1 }] }),
  );

  const [[kind, { data, metadata }]] = events;
  assert.equal(events.length, 1);
  assert.equal(kind, "Fulfilled");
  assert.equal(metadata.entityId, NOTHING_SENT);
  assert.equal(data.order._id, NOTHING_SENT);
  assert.ok(data.order._createdDate instanceof Date);
  assert.deepEqual(
    [data.previousFulfillmentStatus, data.newFulfillmentStatus, data.order.fulfillmentStatus],
    ["NOT_FULFILLED", "PARTIALLY_FULFILLED", "PARTIALLY_FULFILLED"],
  );
});
