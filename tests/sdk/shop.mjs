// A shop for each test: a client of the real SDK, for a site of its own, and the orders that every site starts with.
// The two @wix/auto_sdk_… packages are what @wix/ecom exports as orderFulfillments and orders.
import { randomUUID } from "node:crypto";

import * as orderFulfillments from "@wix/auto_sdk_ecom_order-fulfillments";
import * as orders from "@wix/auto_sdk_ecom_orders";
import { ApiKeyStrategy, createClient } from "@wix/sdk";

import { emulatorFetch } from "./emulator-fetch.mjs";

export function openShop({ siteId = randomUUID(), fetch = emulatorFetch } = {}) {
  return createClient({
    auth: ApiKeyStrategy({ apiKey: "any key", siteId }),
    modules: { orderFulfillments, orders },
    fetch,
  });
}

// Line items of every order below; there are ten pieces of each, unless it says otherwise.
export const COFFEE = "00000000-0000-0000-0000-000000000001";
export const DRIPPER = "00000000-0000-0000-0000-000000000002";

// fixtures/docs.yaml: the orders of the published examples.
export const NOTHING_SENT = "58c9a790-27b7-463f-a865-c7cb494f7c29";
export const NOTHING_SENT_EITHER = "719f96d3-80c7-45c2-b4c1-f15eb610f8a8";
export const ALL_SENT = "265c7d98-a7c3-48c4-89cd-bbdc00921eab"; // two pieces and three, in two parcels
export const FEDEX_PARCEL = {
  orderId: "eb4b91d3-51f3-494d-94df-479ff2c6eb08",
  fulfillmentId: "1d93cd8e-0de5-469b-b802-88bcd76cb222", // one coffee, tracking number 12345
};
export const DHL_PARCEL = {
  orderId: "d1748680-7fd5-401e-9f71-cd3b9ea70bdb",
  fulfillmentId: "9f6ff4c4-1fb2-4b0a-b433-32956052316c", // one coffee, tracking number 102030
};

// fixtures/demo.yaml
export const NOT_PAID = "b6c35a20-9175-4880-b74e-a00d78968288";
export const CANCELED = "b829e245-cf87-4c50-b284-4aeb832e8bae";
