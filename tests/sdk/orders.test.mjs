// getOrder of @wix/ecom's orders: how an app sees the order that it fulfills.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ALL_SENT, COFFEE, DRIPPER, FEDEX_PARCEL, NOTHING_SENT, openShop } from "./shop.mjs";

const FILTERS = "00000000-0000-0000-0000-000000000003";

test("getOrder answers with the order itself", async () => {
  const { orders } = openShop();

  const { _id, number, status, paymentStatus, fulfillmentStatus } = await orders.getOrder(ALL_SENT);

  assert.deepEqual(
    { _id, number, status, paymentStatus, fulfillmentStatus },
    { _id: ALL_SENT, number: "10108", status: "APPROVED", paymentStatus: "PAID", fulfillmentStatus: "FULFILLED" },
  );
});

test("an order's dates, and those of its activities, are JavaScript Dates", async () => {
  const { orders } = openShop();

  const { _createdDate, _updatedDate, activities } = await orders.getOrder(ALL_SENT);

  assert.deepEqual(_createdDate, new Date("2021-05-25T13:51:01.718Z"));
  assert.deepEqual(_updatedDate, new Date("2021-05-25T13:55:55.130Z"));
  assert.deepEqual(activities, [
    { type: "ORDER_PLACED", _createdDate: new Date("2021-05-25T13:51:01.718Z") },
    { type: "TRACKING_NUMBER_ADDED", _createdDate: new Date("2021-05-25T13:55:26.458Z") },
    { type: "TRACKING_NUMBER_ADDED", _createdDate: new Date("2021-05-25T13:55:47.605Z") },
    { type: "ORDER_PAID", _createdDate: new Date("2021-05-25T13:55:55.130Z") },
  ]);
});

test("line items have the ids that a fulfillment names them by", async () => {
  const { orders } = openShop();

  const { lineItems } = await orders.getOrder(NOTHING_SENT);

  assert.deepEqual(
    lineItems.map(({ _id, quantity }) => ({ _id, quantity })),
    [
      { _id: COFFEE, quantity: 10 },
      { _id: DRIPPER, quantity: 10 },
      { _id: FILTERS, quantity: 10 },
    ],
  );
});

test("the shipping address comes in the SDK's form, with addressLine1", async () => {
  const { orders } = openShop();

  const { shippingInfo } = await orders.getOrder(ALL_SENT);

  assert.deepEqual(shippingInfo.logistics.shippingDestination.address, {
    country: "US",
    subdivision: "US-NY",
    city: "New York",
    postalCode: "10011",
    addressLine1: "235 West 23rd Street",
  });
});

test("fulfilling some of an order makes it PARTIALLY_FULFILLED", async () => {
  const { orderFulfillments, orders } = openShop();
  await orderFulfillments.createFulfillment(NOTHING_SENT, { lineItems: [{ _id: COFFEE, quantity: 1 }] });

  assert.equal((await orders.getOrder(NOTHING_SENT)).fulfillmentStatus, "PARTIALLY_FULFILLED");
});

test("fulfilling the rest of an order makes it FULFILLED", async () => {
  const { orderFulfillments, orders } = openShop();
  await orderFulfillments.createFulfillment(FEDEX_PARCEL.orderId, {
    lineItems: [{ _id: COFFEE }, { _id: DRIPPER }, { _id: FILTERS }],
  });

  assert.equal((await orders.getOrder(FEDEX_PARCEL.orderId)).fulfillmentStatus, "FULFILLED");
});

test("deleting an order's only fulfillment makes it NOT_FULFILLED", async () => {
  const { orderFulfillments, orders } = openShop();
  await orderFulfillments.deleteFulfillment(FEDEX_PARCEL);

  assert.equal((await orders.getOrder(FEDEX_PARCEL.orderId)).fulfillmentStatus, "NOT_FULFILLED");
});
