// Code that uses the Wix SDK as it would in production: no fetch of its own, no other host. test_exec.py runs it with
// `wix-emulator exec`, which sends it to the emulator.
import assert from "node:assert/strict";
import test from "node:test";

import * as orderFulfillments from "@wix/auto_sdk_ecom_order-fulfillments";
import { ApiKeyStrategy, createClient } from "@wix/sdk";

import { COFFEE, NOTHING_SENT } from "./shop.mjs";

const client = createClient({
  auth: ApiKeyStrategy({ apiKey: process.env.WIX_API_KEY ?? "", siteId: process.env.WIX_SITE_ID }),
  modules: { orderFulfillments },
});

test("the unchanged client reaches the emulator", async () => {
  const { fulfillmentId } = await client.orderFulfillments.createFulfillment(NOTHING_SENT, {
    lineItems: [{ _id: COFFEE, quantity: 1 }],
  });
  const { orderWithFulfillments } = await client.orderFulfillments.listFulfillmentsForSingleOrder(NOTHING_SENT);
  assert.deepEqual(orderWithFulfillments.fulfillments.map(({ _id }) => _id), [fulfillmentId]);
});
