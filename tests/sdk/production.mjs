// Code as it runs in production: the SDK with its own fetch, https://www.wixapis.com and nothing of an emulator. Only
// the environment says where to; test_production.py sets it. What an app's owner does in the dashboard (webhooks) and
// in the shop (an order) is done over the control plane, in `atWix`.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import * as orderFulfillments from "@wix/auto_sdk_ecom_order-fulfillments";
import * as orders from "@wix/auto_sdk_ecom_orders";
import { ApiKeyStrategy, AppStrategy, createClient } from "@wix/sdk";

const { WIX_API_KEY, WIX_APP_ID, WIX_APP_SECRET, WIX_INSTANCE_ID, WIX_PUBLIC_KEY, WIX_SITE_ID } = process.env;

const app = createClient({
  auth: AppStrategy({
    appId: WIX_APP_ID,
    appSecret: WIX_APP_SECRET,
    instanceId: WIX_INSTANCE_ID,
    publicKey: Buffer.from(WIX_PUBLIC_KEY, "base64").toString(),
  }),
  modules: { orderFulfillments, orders },
});
const admin = createClient({
  auth: ApiKeyStrategy({ apiKey: WIX_API_KEY, siteId: WIX_SITE_ID }),
  modules: { orderFulfillments, orders },
});

async function atWix(path, body) {
  const response = await fetch(`https://www.wixapis.com/_emulator/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "wix-site-id": WIX_SITE_ID },
  });
  assert.equal(response.status, 200);
  return response.json();
}

async function placeOrder() {
  const order = { lineItems: [{ quantity: 3 }, { quantity: 1 }], buyerInfo: { email: "buyer@example.com" } };
  const { orders: made } = await atWix("orders", { order });
  return made[0].id;
}

async function statusOf(call) {
  return call.then(
    () => 200,
    ({ status }) => status,
  );
}

test("the whole story of an order, as an app", async () => {
  const events = [];
  app.orderFulfillments.onFulfillmentsUpdated(({ entity }) => void events.push(entity));
  app.orders.onOrderFulfilled(({ data }) => void events.push(data.newFulfillmentStatus));
  app.orders.onOrderCanceled(({ data }) => void events.push(data.order.status));
  const bodies = [];
  const receiver = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString());
    response.end();
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  try {
    await atWix("webhooks", { url: `http://127.0.0.1:${receiver.address().port}/`, eventTypes: ["*"] });
    const orderId = await placeOrder();

    // search, get
    const { orders: found } = await app.orders.searchOrders({
      filter: { status: "APPROVED", fulfillmentStatus: "NOT_FULFILLED", "buyerInfo.email": "buyer@example.com" },
      sort: [{ fieldName: "_createdDate", order: "DESC" }],
      cursorPaging: { limit: 1 },
    });
    assert.equal(found[0]._id, orderId);
    const { lineItems } = await app.orders.getOrder(orderId);

    // create fulfillments in parts
    const [three, one] = lineItems.map(({ _id }) => _id);
    await app.orderFulfillments.createFulfillment(orderId, {
      lineItems: [{ _id: three, quantity: 1 }],
      trackingInfo: { trackingNumber: "1", shippingProvider: "fedex" },
    });
    await app.orderFulfillments.createFulfillment(orderId, { lineItems: [{ _id: three }, { _id: one }] });
    const { orderWithFulfillments } = await app.orderFulfillments.listFulfillmentsForSingleOrder(orderId);
    assert.deepEqual(
      orderWithFulfillments.fulfillments.map((parcel) => parcel.lineItems.map(({ quantity }) => quantity)),
      [[1], [2, 1]],
    );
    assert.equal((await app.orders.getOrder(orderId)).fulfillmentStatus, "FULFILLED");

    // cancel
    const { order } = await app.orders.cancelOrder(orderId);
    assert.equal(order.status, "CANCELED");

    // webhooks
    await atWix("settle", {});
    for (const body of bodies) await app.webhooks.process(body);
    const told = events.map((event) => (typeof event === "string" ? event : event.fulfillments.length));
    assert.deepEqual(told, [1, "PARTIALLY_FULFILLED", 2, "FULFILLED", "CANCELED"]);
  } finally {
    receiver.close();
    receiver.closeAllConnections();
  }
});

test("an app that was installed in the old way exchanges its code, and renews its token", async () => {
  const orderId = await placeOrder();
  const auth = AppStrategy({ appId: WIX_APP_ID, appSecret: WIX_APP_SECRET, publicKey: "x" });
  const callback = `https://app.example/installed?code=any&instanceId=${WIX_INSTANCE_ID}`;
  const { instanceId, accessToken, refreshToken } = await auth.handleOAuthCallback(callback);
  const renewing = AppStrategy({ appId: WIX_APP_ID, appSecret: WIX_APP_SECRET, publicKey: "x", refreshToken });

  for (const one of [auth, renewing]) {
    const client = createClient({ auth: one, modules: { orders } });
    assert.equal((await client.orders.getOrder(orderId))._id, orderId);
  }
  assert.equal(instanceId, WIX_INSTANCE_ID);
  assert.ok(accessToken);
});

test("an app that is given a token looks at it, uses it, and rises above it", async () => {
  const orderId = await placeOrder();
  const { headers } = await app.auth.getAuthHeaders();
  const given = { appId: WIX_APP_ID, appSecret: WIX_APP_SECRET, publicKey: "x", accessToken: headers.Authorization };
  const auth = AppStrategy(given);

  const { active, subjectType, instanceId, siteId } = await auth.getTokenInfo();

  assert.deepEqual(
    { active, subjectType, instanceId, siteId },
    { active: true, subjectType: "APP", instanceId: WIX_INSTANCE_ID, siteId: WIX_SITE_ID },
  );
  for (const one of [auth, await auth.elevated()]) {
    const client = createClient({ auth: one, modules: { orders } });
    assert.equal((await client.orders.getOrder(orderId))._id, orderId);
  }
});

test("the owner's API key does it too", async () => {
  const orderId = await placeOrder();
  const { lineItems } = await admin.orders.getOrder(orderId);

  const { fulfillmentId } = await admin.orderFulfillments.createFulfillment(orderId, {
    lineItems: [{ _id: lineItems[0]._id, quantity: 1 }],
  });

  const { orderWithFulfillments } = await admin.orderFulfillments.listFulfillmentsForSingleOrder(orderId);
  assert.equal(orderWithFulfillments.fulfillments[0]._id, fulfillmentId);
});

test("another secret, key or site is nobody", async () => {
  const orderId = await placeOrder();
  const strategies = [
    AppStrategy({ appId: WIX_APP_ID, appSecret: "guessed", publicKey: "x", instanceId: WIX_INSTANCE_ID }),
    ApiKeyStrategy({ apiKey: "guessed", siteId: WIX_SITE_ID }),
    ApiKeyStrategy({ apiKey: WIX_API_KEY, siteId: "another site" }),
  ];
  const clients = strategies.map((auth) => createClient({ auth, modules: { orders } }));

  const [secret, key, site] = await Promise.all(clients.map((client) => statusOf(client.orders.getOrder(orderId))));

  assert.notEqual(secret, 200);
  assert.deepEqual([key, site], [401, 404]);
});
