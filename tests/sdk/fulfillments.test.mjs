// The six functions of @wix/ecom's orderFulfillments, called on the emulator as a Wix app would call them.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ALL_SENT,
  COFFEE,
  DHL_PARCEL,
  DRIPPER,
  FEDEX_PARCEL,
  NOTHING_SENT,
  NOTHING_SENT_EITHER,
  openShop,
} from "./shop.mjs";

const FEDEX_LINK = "https://www.fedex.com/apps/fedextrack/?action=track&trackingnumber=";
const USPS_LINK = "https://tools.usps.com/go/TrackConfirmAction.action?tLabels=";
const DHL_LINK = "https://www.logistics.dhl/global-en/home/tracking.html?tracking-id=";

test("listFulfillmentsForSingleOrder answers with all fulfillments of the order", async () => {
  const { orderFulfillments } = openShop();
  const trackingInfo = {
    trackingNumber: "12345",
    shippingProvider: "ups",
    trackingLink: "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=12345",
  };

  assert.deepEqual(await orderFulfillments.listFulfillmentsForSingleOrder(ALL_SENT), {
    orderWithFulfillments: {
      orderId: ALL_SENT,
      fulfillments: [
        {
          _id: "80f939c8-cdc4-44fe-a058-b54d506af170",
          _createdDate: new Date("2021-05-25T13:55:26.458Z"),
          lineItems: [{ _id: COFFEE, quantity: 2 }],
          trackingInfo,
        },
        {
          _id: "eb9138ff-1490-4dbc-b053-743240b9ab8f",
          _createdDate: new Date("2021-05-25T13:55:47.605Z"),
          lineItems: [{ _id: DRIPPER, quantity: 3 }],
          trackingInfo,
        },
      ],
    },
  });
});

test("listFulfillmentsForSingleOrder of an order without fulfillments answers with none", async () => {
  const { orderFulfillments } = openShop();

  assert.deepEqual(await orderFulfillments.listFulfillmentsForSingleOrder(NOTHING_SENT), {
    orderWithFulfillments: { orderId: NOTHING_SENT, fulfillments: [] },
  });
});

test("listFulfillmentsForMultipleOrders answers with each order's fulfillments", async () => {
  const { orderFulfillments } = openShop();

  const { ordersWithFulfillments } = await orderFulfillments.listFulfillmentsForMultipleOrders([
    DHL_PARCEL.orderId,
    NOTHING_SENT,
  ]);

  assert.deepEqual(ordersWithFulfillments, [
    {
      orderId: DHL_PARCEL.orderId,
      fulfillments: [
        {
          _id: DHL_PARCEL.fulfillmentId,
          _createdDate: new Date("2021-07-04T13:40:15.860Z"),
          lineItems: [{ _id: COFFEE, quantity: 1 }],
          trackingInfo: {
            trackingNumber: "102030",
            shippingProvider: "dhl",
            trackingLink: `${DHL_LINK}102030`,
          },
        },
      ],
    },
    { orderId: NOTHING_SENT, fulfillments: [] },
  ]);
});

test("listFulfillmentsForMultipleOrders leaves unknown orders out", async () => {
  const { orderFulfillments } = openShop();

  const { ordersWithFulfillments } = await orderFulfillments.listFulfillmentsForMultipleOrders([
    "no such order",
    NOTHING_SENT,
  ]);

  assert.deepEqual(ordersWithFulfillments, [{ orderId: NOTHING_SENT, fulfillments: [] }]);
});

test("createFulfillment answers with the new fulfillment's id and all fulfillments of the order", async () => {
  const { orderFulfillments } = openShop();

  const { fulfillmentId, orderWithFulfillments } = await orderFulfillments.createFulfillment(NOTHING_SENT, {
    lineItems: [{ _id: COFFEE, quantity: 1 }],
    trackingInfo: { trackingNumber: "12345", shippingProvider: "fedex" },
  });

  assert.equal(orderWithFulfillments.orderId, NOTHING_SENT);
  const [{ _createdDate, ...created }, ...others] = orderWithFulfillments.fulfillments;
  assert.deepEqual(created, {
    _id: fulfillmentId,
    lineItems: [{ _id: COFFEE, quantity: 1 }],
    trackingInfo: {
      trackingNumber: "12345",
      shippingProvider: "fedex",
      trackingLink: `${FEDEX_LINK}12345`,
    },
  });
  assert.deepEqual(others, []);
});

test("the date of a new fulfillment is a valid JavaScript Date", async () => {
  const { orderFulfillments } = openShop();

  const { orderWithFulfillments } = await orderFulfillments.createFulfillment(NOTHING_SENT, {
    lineItems: [{ _id: COFFEE }],
  });

  const { _createdDate } = orderWithFulfillments.fulfillments[0];
  assert.ok(_createdDate instanceof Date);
  assert.ok(Number.isFinite(_createdDate.getTime()));
});

test("ids and dates come under the SDK's names only, not under those of the wire", async () => {
  const { orderFulfillments } = openShop();

  const { orderWithFulfillments } = await orderFulfillments.listFulfillmentsForSingleOrder(ALL_SENT);

  const [fulfillment] = orderWithFulfillments.fulfillments;
  assert.deepEqual(Object.keys(fulfillment).sort(), ["_createdDate", "_id", "lineItems", "trackingInfo"]);
  assert.deepEqual(Object.keys(fulfillment.lineItems[0]).sort(), ["_id", "quantity"]);
});

test("a line item may be named by id as well as by _id", async () => {
  const { orderFulfillments } = openShop();

  const { orderWithFulfillments } = await orderFulfillments.createFulfillment(NOTHING_SENT, {
    lineItems: [{ id: COFFEE, quantity: 1 }],
  });

  assert.deepEqual(orderWithFulfillments.fulfillments[0].lineItems, [{ _id: COFFEE, quantity: 1 }]);
});

test("createFulfillment without a quantity takes all that remains of the line item", async () => {
  const { orderFulfillments } = openShop();
  await orderFulfillments.createFulfillment(NOTHING_SENT, { lineItems: [{ _id: COFFEE, quantity: 3 }] });

  const { orderWithFulfillments } = await orderFulfillments.createFulfillment(NOTHING_SENT, {
    lineItems: [{ _id: COFFEE }],
  });

  assert.deepEqual(
    orderWithFulfillments.fulfillments.map(({ lineItems }) => lineItems),
    [[{ _id: COFFEE, quantity: 3 }], [{ _id: COFFEE, quantity: 7 }]],
  );
});

test("createFulfillment keeps status, completed and custom fields", async () => {
  const { orderFulfillments } = openShop();
  const sent = { status: "In_Delivery", completed: false, customInfo: { fieldsData: { driver: "Robin" } } };

  const { orderWithFulfillments } = await orderFulfillments.createFulfillment(NOTHING_SENT, {
    lineItems: [{ _id: COFFEE }],
    ...sent,
  });

  const { status, completed, customInfo } = orderWithFulfillments.fulfillments[0];
  assert.deepEqual({ status, completed, customInfo }, sent);
});

test("updateFulfillment answers with the order's fulfillments themselves, unlike the other functions", async () => {
  const { orderFulfillments } = openShop();

  const answer = await orderFulfillments.updateFulfillment(FEDEX_PARCEL, {
    fulfillment: { trackingInfo: { trackingNumber: "45782", trackingLink: `${FEDEX_LINK}45782` } },
  });

  assert.deepEqual(answer, {
    orderId: FEDEX_PARCEL.orderId,
    fulfillments: [
      {
        _id: FEDEX_PARCEL.fulfillmentId,
        _createdDate: new Date("2023-02-27T11:42:48.021Z"),
        lineItems: [{ _id: COFFEE, quantity: 1 }],
        trackingInfo: {
          trackingNumber: "45782",
          shippingProvider: "fedex",
          trackingLink: `${FEDEX_LINK}45782`,
        },
      },
    ],
  });
});

test("updateFulfillment with a new tracking number only makes the link anew", async () => {
  const { orderFulfillments } = openShop();

  const { fulfillments } = await orderFulfillments.updateFulfillment(FEDEX_PARCEL, {
    fulfillment: { trackingInfo: { trackingNumber: "45677" } },
  });

  assert.deepEqual(fulfillments[0].trackingInfo, {
    trackingNumber: "45677",
    shippingProvider: "fedex",
    trackingLink: `${FEDEX_LINK}45677`,
  });
});

test("null in an update removes the field", async () => {
  const { orderFulfillments } = openShop();
  await orderFulfillments.updateFulfillment(FEDEX_PARCEL, { fulfillment: { status: "Ready", completed: true } });

  const { fulfillments } = await orderFulfillments.updateFulfillment(FEDEX_PARCEL, {
    fulfillment: { status: null, trackingInfo: null },
  });

  assert.deepEqual(Object.keys(fulfillments[0]).sort(), ["_createdDate", "_id", "completed", "lineItems"]);
});

test("null inside tracking info removes that field and keeps the others", async () => {
  const { orderFulfillments } = openShop();

  const { fulfillments } = await orderFulfillments.updateFulfillment(FEDEX_PARCEL, {
    fulfillment: { trackingInfo: { trackingLink: null } },
  });

  assert.deepEqual(fulfillments[0].trackingInfo, { trackingNumber: "12345", shippingProvider: "fedex" });
});

test("undefined in an update leaves the field as it is", async () => {
  const { orderFulfillments } = openShop();
  await orderFulfillments.updateFulfillment(FEDEX_PARCEL, { fulfillment: { status: "Ready" } });

  const { fulfillments } = await orderFulfillments.updateFulfillment(FEDEX_PARCEL, {
    fulfillment: { status: undefined, completed: true },
  });

  assert.equal(fulfillments[0].status, "Ready");
});

test("deleteFulfillment answers with the fulfillments that are left", async () => {
  const { orderFulfillments } = openShop();
  const left = "eb9138ff-1490-4dbc-b053-743240b9ab8f";

  const { orderWithFulfillments } = await orderFulfillments.deleteFulfillment({
    orderId: ALL_SENT,
    fulfillmentId: "80f939c8-cdc4-44fe-a058-b54d506af170",
  });

  assert.equal(orderWithFulfillments.orderId, ALL_SENT);
  assert.deepEqual(
    orderWithFulfillments.fulfillments.map(({ _id }) => _id),
    [left],
  );
});

test("deleteFulfillment of the last one leaves an empty list", async () => {
  const { orderFulfillments } = openShop();

  assert.deepEqual(await orderFulfillments.deleteFulfillment(FEDEX_PARCEL), {
    orderWithFulfillments: { orderId: FEDEX_PARCEL.orderId, fulfillments: [] },
  });
});

test("bulkCreateFulfillments answers with one result an order, in the order of the call", async () => {
  const { orderFulfillments } = openShop();

  const { results, bulkActionMetadata } = await orderFulfillments.bulkCreateFulfillments([
    {
      orderId: NOTHING_SENT,
      fulfillments: [
        {
          lineItems: [{ _id: COFFEE, quantity: 1 }],
          trackingInfo: { trackingNumber: "12345", shippingProvider: "fedex" },
        },
      ],
    },
    {
      orderId: NOTHING_SENT_EITHER,
      fulfillments: [
        {
          lineItems: [{ _id: COFFEE, quantity: 1 }],
          trackingInfo: { trackingNumber: "67890", shippingProvider: "usps" },
        },
      ],
    },
  ]);

  assert.deepEqual(
    results.map(({ itemMetadata }) => itemMetadata),
    [
      { _id: NOTHING_SENT, originalIndex: 0, success: true },
      { _id: NOTHING_SENT_EITHER, originalIndex: 1, success: true },
    ],
  );
  assert.deepEqual(
    results.map(({ ordersWithFulfillments }) => ordersWithFulfillments.fulfillments[0].trackingInfo.trackingLink),
    [`${FEDEX_LINK}12345`, `${USPS_LINK}67890`],
  );
  assert.deepEqual(bulkActionMetadata, { totalSuccesses: 2, totalFailures: 0, undetailedFailures: 0 });
});

test("a bulk result holds one order under its plural name, with ids and dates as the SDK has them", async () => {
  const { orderFulfillments } = openShop();

  const { results } = await orderFulfillments.bulkCreateFulfillments([
    { orderId: NOTHING_SENT, fulfillments: [{ lineItems: [{ _id: COFFEE, quantity: 1 }] }] },
  ]);

  const { orderId, fulfillments } = results[0].ordersWithFulfillments;
  const [{ _id, _createdDate, ...rest }] = fulfillments;
  assert.equal(orderId, NOTHING_SENT);
  assert.equal(typeof _id, "string");
  assert.ok(_createdDate instanceof Date);
  assert.deepEqual(rest, { lineItems: [{ _id: COFFEE, quantity: 1 }] });
});

test("a refused entry of a bulk call carries its error, and the others succeed", async () => {
  const { orderFulfillments } = openShop();
  const taken = { trackingNumber: "12345", shippingProvider: "fedex" };

  const { results, bulkActionMetadata } = await orderFulfillments.bulkCreateFulfillments([
    {
      orderId: FEDEX_PARCEL.orderId,
      fulfillments: [{ lineItems: [{ _id: COFFEE, quantity: 1 }], trackingInfo: taken }],
    },
    { orderId: "no such order", fulfillments: [{ lineItems: [{ _id: COFFEE, quantity: 1 }] }] },
    { orderId: NOTHING_SENT, fulfillments: [{ lineItems: [{ _id: COFFEE, quantity: 1 }] }] },
  ]);

  assert.deepEqual(results[0], {
    itemMetadata: {
      _id: FEDEX_PARCEL.orderId,
      originalIndex: 0,
      success: false,
      error: {
        code: "TRACKING_NUMBER_ALREADY_EXISTS",
        description: "fulfillment with tracking number already exist",
        data: { trackingNumber: "12345" },
      },
    },
  });
  assert.equal(results[1].itemMetadata.error.code, "ORDER_NOT_FOUND");
  assert.equal(results[2].itemMetadata.success, true);
  assert.deepEqual(bulkActionMetadata, { totalSuccesses: 1, totalFailures: 2, undetailedFailures: 0 });
});

test("what one call has changed, the next call sees", async () => {
  const { orderFulfillments } = openShop();
  const { fulfillmentId } = await orderFulfillments.createFulfillment(NOTHING_SENT, {
    lineItems: [{ _id: COFFEE, quantity: 1 }],
  });

  const { orderWithFulfillments } = await orderFulfillments.listFulfillmentsForSingleOrder(NOTHING_SENT);

  assert.deepEqual(
    orderWithFulfillments.fulfillments.map(({ _id }) => _id),
    [fulfillmentId],
  );
});

test("the siteId of ApiKeyStrategy says which site a call is for", async () => {
  const ours = openShop();
  const theirs = openShop();
  await ours.orderFulfillments.deleteFulfillment(FEDEX_PARCEL);

  const { orderWithFulfillments } = await theirs.orderFulfillments.listFulfillmentsForSingleOrder(
    FEDEX_PARCEL.orderId,
  );

  assert.equal(orderWithFulfillments.fulfillments.length, 1);
});
