// @wix/ecom's orders: created, found, changed, paid and canceled with the real SDK.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { utils } from "@wix/auto_sdk_ecom_orders";

import { ALL_SENT, CANCELED, NOT_PAID, NOTHING_SENT, NOTHING_SENT_EITHER, openShop } from "./shop.mjs";

const COFFEE_BEANS = {
  productName: { original: "Coffee beans" },
  catalogReference: { catalogItemId: randomUUID(), appId: "215238eb-22a5-4c36-9e7b-e7c08025e04e" },
  quantity: 2,
  itemType: { preset: "PHYSICAL" },
  price: { amount: "12.50" },
};

// A new one for each call: the SDK renames fields in what it is given.
function newOrder(fields) {
  return structuredClone({
    lineItems: [COFFEE_BEANS],
    channelInfo: { type: "WEB" },
    priceSummary: { total: { amount: "25.00" } },
    shippingInfo: {
      title: "Standard",
      logistics: { shippingDestination: { address: { country: "DE", addressLine1: "Mühlweg 1" } } },
    },
    ...fields,
  });
}

async function thrownBy(call) {
  const error = await call.then(
    () => null,
    (thrown) => thrown,
  );
  assert.ok(error instanceof Error, "the call was not refused");
  return error;
}

test("createOrder answers with the new order, ids and dates in the SDK's form", async () => {
  const { orders } = openShop();

  const order = await orders.createOrder(newOrder());

  assert.match(order._id, /^[0-9a-f-]{36}$/);
  assert.ok(order._createdDate instanceof Date);
  assert.equal(order.status, "INITIALIZED");
  assert.equal(order.lineItems[0]._id, "00000000-0000-0000-0000-000000000001");
  assert.deepEqual(order.priceSummary, newOrder().priceSummary);
  assert.deepEqual(order.shippingInfo, newOrder().shippingInfo);
  assert.deepEqual(await orders.getOrder(order._id), order);
});

test("createOrder takes the approval strategy as an option", async () => {
  const { orders } = openShop();
  const free = () => newOrder({ priceSummary: { total: { amount: "0" } } });

  const approved = await orders.createOrder(free());
  const waiting = await orders.createOrder(free(), { settings: { orderApprovalStrategy: "PAYMENT_RECEIVED" } });

  assert.deepEqual([approved.status, waiting.status], ["APPROVED", "INITIALIZED"]);
});

test("createOrder of a purchase in the future is PURCHASED_DATE_CANNOT_BE_IN_FUTURE", async () => {
  const { orders } = openShop();
  const purchasedDate = new Date(Date.now() + 86_400_000);

  const error = await thrownBy(orders.createOrder(newOrder({ purchasedDate })));

  assert.equal(error.status, 400);
  assert.equal(error.details.applicationError.code, "PURCHASED_DATE_CANNOT_BE_IN_FUTURE");
});

test("violations of a new order name the argument of createOrder", async () => {
  const { orders } = openShop();

  const error = await thrownBy(orders.createOrder(newOrder({ lineItems: [{ ...COFFEE_BEANS, quantity: 0 }] })));

  assert.deepEqual(
    error.details.validationError.fieldViolations.map(({ field }) => field),
    ["order.lineItems[0].quantity"],
  );
});

test("updateOrder changes what it names and answers with the order", async () => {
  const { orders } = openShop();
  const before = await orders.getOrder(ALL_SENT);

  const after = await orders.updateOrder(ALL_SENT, {
    buyerInfo: { email: "new@example.com" },
    archived: true,
    billingInfo: { address: { country: "DE", addressLine1: "Mühlweg 1" } },
  });

  assert.equal(after.archived, true);
  assert.deepEqual(after.buyerInfo, { ...before.buyerInfo, email: "new@example.com" });
  assert.deepEqual(after.billingInfo.address, { country: "DE", addressLine1: "Mühlweg 1" });
  assert.deepEqual(after.billingInfo.contactDetails, before.billingInfo.contactDetails);
  assert.deepEqual(await orders.getOrder(ALL_SENT), after);
});

test("null in updateOrder removes the field", async () => {
  const { orders } = openShop();
  await orders.updateOrder(ALL_SENT, { buyerLanguage: "de" });

  const { buyerLanguage } = await orders.updateOrder(ALL_SENT, { buyerLanguage: null });

  assert.equal(buyerLanguage, undefined);
});

test("bulkUpdateOrders answers with one result an order, and the orders if told to", async () => {
  const { orders } = openShop();
  const unknown = randomUUID();

  const { results, bulkActionMetadata } = await orders.bulkUpdateOrders(
    [{ order: { _id: ALL_SENT, archived: true } }, { order: { _id: unknown, archived: true } }],
    { returnEntity: true },
  );

  assert.deepEqual(
    results.map(({ itemMetadata }) => [itemMetadata._id, itemMetadata.success, itemMetadata.error?.code]),
    [
      [ALL_SENT, true, undefined],
      [unknown, false, "ORDER_NOT_FOUND"],
    ],
  );
  assert.deepEqual(results[0].item, await orders.getOrder(ALL_SENT));
  assert.deepEqual(bulkActionMetadata, { totalSuccesses: 1, totalFailures: 1, undetailedFailures: 0 });
});

test("searchOrders with a plain search filters, sorts and pages", async () => {
  const { orders } = openShop();

  const first = await orders.searchOrders({
    filter: { status: { $eq: "APPROVED" }, _createdDate: { $gt: new Date(0) } },
    sort: [{ fieldName: "_createdDate", order: "ASC" }],
    cursorPaging: { limit: 2 },
  });
  const second = await orders.searchOrders({ cursorPaging: { cursor: first.metadata.cursors.next } });

  assert.equal(first.metadata.count, 2);
  assert.equal(first.metadata.hasNext, true);
  const found = [...first.orders, ...second.orders];
  assert.equal(new Set(found.map(({ _id }) => _id)).size, 4);
  assert.ok(found.every(({ status }) => status === "APPROVED"));
  assert.deepEqual(
    found.map(({ _createdDate }) => _createdDate.getTime()),
    found.map(({ _createdDate }) => _createdDate.getTime()).sort((one, other) => one - other),
  );
  assert.ok(second.metadata.cursors.prev);
});

test("searchOrders takes a search from the SDK's builder", async () => {
  const { orders } = openShop();
  const { Filter, SearchBuilder, Sort } = utils.search;

  const { orders: found } = await orders.searchOrders(
    SearchBuilder()
      .withFilter(Filter("status").eq("CANCELED"))
      .withSorting(Sort("_createdDate").desc())
      .build(),
  );

  assert.deepEqual(
    found.map(({ _id }) => _id),
    [CANCELED],
  );
});

test("searchOrders without a search finds the newest orders, but none that wait for their payment", async () => {
  const { orders } = openShop();

  const { orders: found, metadata } = await orders.searchOrders();

  assert.equal(metadata.count, found.length);
  assert.ok(found.some(({ _id }) => _id === ALL_SENT));
  assert.ok(!found.some(({ _id }) => _id === NOT_PAID));
  assert.ok(found.every(({ _createdDate }, place) => !place || found[place - 1]._createdDate >= _createdDate));
});

test("searchOrders by a field that cannot be searched by is INVALID_ARGUMENT", async () => {
  const { orders } = openShop();

  const error = await thrownBy(orders.searchOrders({ filter: { buyerNote: "x" } }));

  assert.equal(error.status, 400);
  assert.match(JSON.parse(error.message).message, /buyerNote.*is not declared as filterable/);
});

test("cancelOrder cancels, and leaves what was sent", async () => {
  const { orderFulfillments, orders } = openShop();

  const { order } = await orders.cancelOrder(ALL_SENT, { customMessage: "Sorry!", sendOrderCanceledEmail: false });

  assert.equal(order.status, "CANCELED");
  const { orderWithFulfillments } = await orderFulfillments.listFulfillmentsForSingleOrder(ALL_SENT);
  assert.equal(orderWithFulfillments.fulfillments.length, 2);
});

test("updateOrderStatus sets a status that may follow, and refuses any other", async () => {
  const { orders } = openShop();

  const { order } = await orders.updateOrderStatus(NOT_PAID, "APPROVED");
  const again = await thrownBy(orders.updateOrderStatus(NOT_PAID, "APPROVED"));
  const back = await thrownBy(orders.updateOrderStatus(CANCELED, "APPROVED"));
  const initialized = await thrownBy(orders.updateOrderStatus(NOTHING_SENT, "INITIALIZED"));

  assert.equal(order.status, "APPROVED");
  assert.deepEqual(
    [again, back, initialized].map(({ status, details }) => [status, details.applicationError.code]),
    [
      [428, "STATUS_ALREADY_SET"],
      [428, "UNSUPPORTED_TRANSITION"],
      [400, "STATUS_NOT_SUPPORTED"],
    ],
  );
});

test("an order that is pending or rejected is neither updated nor canceled", async () => {
  const { orders } = openShop();
  const { _id: pending } = await orders.createOrder(newOrder());
  const { _id: rejected } = await orders.createOrder(newOrder());
  await orders.updateOrderStatus(pending, "PENDING");
  await orders.updateOrderStatus(rejected, "REJECTED");

  const errors = [
    await thrownBy(orders.updateOrder(pending, { archived: true })),
    await thrownBy(orders.cancelOrder(rejected)),
  ];

  assert.deepEqual(
    errors.map(({ status, details }) => [status, details.applicationError.code]),
    [
      [428, "ORDER_IS_PENDING"],
      [428, "ORDER_IS_REJECTED"],
    ],
  );
});

test("paymentCollectionMarkOrderAsPaid approves an order, once", async () => {
  const { orderFulfillments, orders } = openShop();
  const { _id, lineItems } = await orders.createOrder(newOrder());

  const { order } = await orders.paymentCollectionMarkOrderAsPaid(_id);
  const error = await thrownBy(orders.paymentCollectionMarkOrderAsPaid(_id));

  assert.deepEqual([order.status, order.paymentStatus], ["APPROVED", "PAID"]);
  assert.equal(error.details.applicationError.code, "ORDER_ALREADY_PAID");
  await orderFulfillments.createFulfillment(_id, { lineItems: [{ _id: lineItems[0]._id }] });
  assert.equal((await orders.getOrder(_id)).fulfillmentStatus, "FULFILLED");
});

test("a fulfillment with a tracking number shows in the order's activities", async () => {
  const { orderFulfillments, orders } = openShop();
  const { lineItems, activities: before = [] } = await orders.getOrder(NOTHING_SENT_EITHER);
  await orderFulfillments.createFulfillment(NOTHING_SENT_EITHER, {
    lineItems: [{ _id: lineItems[0]._id, quantity: 1 }],
    trackingInfo: { trackingNumber: "99", shippingProvider: "ups" },
  });

  const { activities } = await orders.getOrder(NOTHING_SENT_EITHER);

  const { orderWithFulfillments } = await orderFulfillments.listFulfillmentsForSingleOrder(NOTHING_SENT_EITHER);
  const [{ _createdDate }] = orderWithFulfillments.fulfillments;
  assert.deepEqual(activities.slice(before.length), [{ type: "TRACKING_NUMBER_ADDED", _createdDate }]);
});
