// What the SDK throws when the emulator refuses a call: the same objects that an app's `catch` meets at Wix.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { emulatorFetch } from "./emulator-fetch.mjs";
import { ALL_SENT, CANCELED, COFFEE, FEDEX_PARCEL, NOT_PAID, NOTHING_SENT, openShop } from "./shop.mjs";

const SHIPPED_TWICE = {
  lineItems: [{ _id: COFFEE, quantity: 1 }],
  trackingInfo: { trackingNumber: "12345", shippingProvider: "fedex" }, // the number that FEDEX_PARCEL has
};

async function thrownBy(call) {
  const error = await call.then(
    () => null,
    (thrown) => thrown,
  );
  assert.ok(error instanceof Error, "the call was not refused");
  return error;
}

function fieldsOf(error) {
  return error.details.validationError.fieldViolations.map(({ field }) => field);
}

test("a tracking number that another fulfillment has is TRACKING_NUMBER_ALREADY_EXISTS", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(orderFulfillments.createFulfillment(FEDEX_PARCEL.orderId, SHIPPED_TWICE));

  assert.equal(error.status, 409);
  assert.deepEqual(error.details.applicationError, {
    code: "TRACKING_NUMBER_ALREADY_EXISTS",
    description: "fulfillment with tracking number already exist",
    data: { trackingNumber: "12345" },
  });
});

test("updating to a tracking number that another fulfillment has is refused likewise", async () => {
  const { orderFulfillments } = openShop();
  const { fulfillmentId } = await orderFulfillments.createFulfillment(FEDEX_PARCEL.orderId, {
    lineItems: [{ _id: COFFEE, quantity: 1 }],
  });

  const error = await thrownBy(
    orderFulfillments.updateFulfillment(
      { orderId: FEDEX_PARCEL.orderId, fulfillmentId },
      { fulfillment: { trackingInfo: SHIPPED_TWICE.trackingInfo } },
    ),
  );

  assert.equal(error.status, 409);
  assert.equal(error.details.applicationError.code, "TRACKING_NUMBER_ALREADY_EXISTS");
});

test("an unknown order is ORDER_NOT_FOUND for fulfillments", async () => {
  const { orderFulfillments } = openShop();
  const orderId = randomUUID();

  const error = await thrownBy(orderFulfillments.listFulfillmentsForSingleOrder(orderId));

  assert.equal(error.status, 404);
  assert.deepEqual(error.details.applicationError, {
    code: "ORDER_NOT_FOUND",
    description: `order ${orderId} not found`,
    data: { orderId },
  });
});

test("an unknown order is ORDER_NOT_FOUND for getOrder", async () => {
  const { orders } = openShop();

  const error = await thrownBy(orders.getOrder(randomUUID()));

  assert.equal(error.status, 404);
  assert.equal(error.details.applicationError.code, "ORDER_NOT_FOUND");
});

test("an unknown fulfillment is FULFILLMENT_NOT_FOUND", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(
    orderFulfillments.deleteFulfillment({ orderId: ALL_SENT, fulfillmentId: FEDEX_PARCEL.fulfillmentId }),
  );

  assert.equal(error.status, 404);
  assert.equal(error.details.applicationError.code, "FULFILLMENT_NOT_FOUND");
});

test("a canceled order is ORDER_NOT_APPROVED", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(orderFulfillments.createFulfillment(CANCELED, { lineItems: [{ _id: COFFEE }] }));

  assert.equal(error.status, 428);
  assert.equal(error.details.applicationError.code, "ORDER_NOT_APPROVED");
  assert.deepEqual(error.details.applicationError.data, { orderId: CANCELED, status: "CANCELED" });
});

test("an order that is not paid yet is ORDER_NOT_APPROVED", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(orderFulfillments.createFulfillment(NOT_PAID, { lineItems: [{ _id: COFFEE }] }));

  assert.equal(error.status, 428);
  assert.equal(error.details.applicationError.code, "ORDER_NOT_APPROVED");
  assert.deepEqual(error.details.applicationError.data, { orderId: NOT_PAID, status: "INITIALIZED" });
});

test("more than remains is QUANTITY_EXCEEDS_REMAINING and creates nothing", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(
    orderFulfillments.createFulfillment(NOTHING_SENT, { lineItems: [{ _id: COFFEE, quantity: 11 }] }),
  );

  assert.equal(error.status, 400);
  assert.equal(error.details.applicationError.code, "QUANTITY_EXCEEDS_REMAINING");
  assert.deepEqual(error.details.applicationError.data, { lineItemId: COFFEE, requested: 11, remaining: 10 });
  const { orderWithFulfillments } = await orderFulfillments.listFulfillmentsForSingleOrder(NOTHING_SENT);
  assert.deepEqual(orderWithFulfillments.fulfillments, []);
});

test("a line item that the order does not have is LINE_ITEM_NOT_FOUND", async () => {
  const { orderFulfillments } = openShop();
  const lineItemId = randomUUID();

  const error = await thrownBy(
    orderFulfillments.createFulfillment(NOTHING_SENT, { lineItems: [{ _id: lineItemId }] }),
  );

  assert.equal(error.status, 400);
  assert.equal(error.details.applicationError.code, "LINE_ITEM_NOT_FOUND");
  assert.deepEqual(error.details.applicationError.data, { lineItemId });
});

test("a malformed call throws all its field violations at once", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(
    orderFulfillments.createFulfillment(NOTHING_SENT, {
      lineItems: [{ _id: COFFEE, quantity: 0 }, { quantity: 1 }],
      status: "fulfilled",
    }),
  );

  assert.equal(error.status, 400);
  assert.deepEqual(error.details.validationError.fieldViolations, [
    {
      field: "fulfillment.lineItems[0].quantity",
      description: "must be 1 or more, got 0",
      violatedRule: "MIN",
      data: { threshold: 1 },
    },
    {
      field: "fulfillment.lineItems[1].id",
      description: "must not be empty",
      violatedRule: "REQUIRED_FIELD",
    },
    {
      field: "fulfillment.status",
      description:
        "must be one of 'Pending', 'Accepted', 'Ready', 'In_Delivery' or 'Fulfilled', got \"fulfilled\"",
      violatedRule: "INVALID_ENUM_VALUE",
    },
  ]);
});

test("the message of a malformed call begins with INVALID_ARGUMENT and names the fields", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(orderFulfillments.listFulfillmentsForMultipleOrders([]));

  assert.equal(
    JSON.parse(error.message).message,
    'INVALID_ARGUMENT: "orderIds" has size 0, expected 1 or more',
  );
});

test("violations of an update name the arguments of updateFulfillment", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(
    orderFulfillments.updateFulfillment(
      { orderId: FEDEX_PARCEL.orderId, fulfillmentId: "no GUID" },
      { fulfillment: { status: "Lost", trackingInfo: { trackingLink: "no URL" } } },
    ),
  );

  assert.deepEqual(fieldsOf(error), [
    "identifiers.fulfillmentId",
    "options.fulfillment.status",
    "options.fulfillment.trackingInfo.trackingLink",
  ]);
});

test("violations of an order id name the argument of each function", async () => {
  const { orderFulfillments } = openShop();
  const orderId = "x".repeat(101);

  const list = await thrownBy(orderFulfillments.listFulfillmentsForSingleOrder(orderId));
  const update = await thrownBy(
    orderFulfillments.updateFulfillment({ ...FEDEX_PARCEL, orderId }, { fulfillment: { status: "Ready" } }),
  );
  const remove = await thrownBy(orderFulfillments.deleteFulfillment({ ...FEDEX_PARCEL, orderId }));

  assert.deepEqual(
    [list, update, remove].map(fieldsOf),
    [["orderId"], ["identifiers.orderId"], ["identifiers.orderId"]],
  );
});

test("a malformed entry refuses the whole bulk call, under the entry's field", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(
    orderFulfillments.bulkCreateFulfillments([
      { orderId: NOTHING_SENT, fulfillments: [{ lineItems: [{ _id: COFFEE, quantity: 1 }] }] },
      { orderId: ALL_SENT, fulfillments: [{ lineItems: [] }] },
    ]),
  );

  assert.equal(error.status, 400);
  assert.deepEqual(fieldsOf(error), ["ordersWithFulfillments[1].fulfillments[0].lineItems"]);
  const { orderWithFulfillments } = await orderFulfillments.listFulfillmentsForSingleOrder(NOTHING_SENT);
  assert.deepEqual(orderWithFulfillments.fulfillments, []);
});

test("the message of a refusal is JSON text of message and details", async () => {
  const { orderFulfillments } = openShop();

  const error = await thrownBy(orderFulfillments.createFulfillment(FEDEX_PARCEL.orderId, SHIPPED_TWICE));

  assert.deepEqual(JSON.parse(error.message), {
    message: "fulfillment with tracking number already exist",
    details: error.details,
  });
});

test("every refusal carries the request id of the answer", async () => {
  let answer;
  const { orderFulfillments } = openShop({
    fetch: async (url, options) => (answer = await emulatorFetch(url, options)),
  });
  const refused = [
    () => orderFulfillments.createFulfillment(FEDEX_PARCEL.orderId, SHIPPED_TWICE),
    () => orderFulfillments.listFulfillmentsForMultipleOrders([]),
  ];

  for (const call of refused) {
    const error = await thrownBy(call());
    assert.ok(error.requestId);
    assert.equal(error.requestId, answer.headers.get("x-wix-request-id"));
    assert.equal(error.details.requestId, error.requestId);
  }
});
