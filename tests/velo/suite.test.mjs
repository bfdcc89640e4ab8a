// A test suite in Node that tests a Velo site's backend code, as a user would write it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

const { startVelo } = await import(process.env.WIX_VELO_MODULE);
const url = process.env.WIX_API_BASE_URL;
const ORDER = "58c9a790-27b7-463f-a865-c7cb494f7c29";

const siteId = randomUUID();
const told = [];
let shop;

before(async () => {
  shop = await startVelo(process.env.SAMPLES, { url, siteId, onEvent: (one) => told.push(one) });
});
after(() => shop.close());

function control(path, body = {}) {
  const headers = { "wix-site-id": siteId };
  return fetch(`${url}/_emulator/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

test("a function ships an order, and the handler is told", async () => {
  const fulfillment = { lineItems: [{ _id: "00000000-0000-0000-0000-000000000001", quantity: 1 }] };

  const create = "backend/fulfillments.js:myCreateFulfillmentFunction";
  const { fulfillmentId } = await shop.call(create, [ORDER, fulfillment]);
  await control("settle");

  const [{ handler, event, error }] = told;
  assert.equal(handler, "wixEcom_onFulfillmentsUpdated");
  assert.equal(event.entity.fulfillments[0]._id, fulfillmentId);
  assert.equal(error, undefined);
});

test("a refusal rejects", async () => {
  await assert.rejects(shop.call("backend/fulfillments.js:myListFulfillmentsForSingleOrderFunction", ["nobody's"]), {
    name: "WixError",
    status: 404,
  });
});

test("a canceled ticket order is mailed about", async () => {
  await control("events", { eventType: "wixEvents_onOrderUpdated", set: { status: "CANCELED", contactId: "c1" } });
  await control("settle");

  assert.deepEqual((await shop.emails()).map(({ emailId, contactId }) => [emailId, contactId]), [["myEmail", "c1"]]);
});

test("another site in the same process has a world of its own", async () => {
  const other = await startVelo(process.env.SAMPLES, { url, siteId: randomUUID(), events: false });
  const list = "backend/fulfillments.js:myListFulfillmentsForSingleOrderFunction";

  const [here, there] = await Promise.all([shop.call(list, [ORDER]), other.call(list, [ORDER])]);
  await other.close();

  assert.equal(here.orderWithFulfillments.fulfillments.length, 1);
  assert.equal(there.orderWithFulfillments.fulfillments.length, 0);
  await assert.rejects(other.call(list, [ORDER]), { message: "the site is closed" });
});

test("a handler that never ends fails, and the next event is handled", async () => {
  const told = [];
  const endless = { url, siteId: randomUUID(), onEvent: (one) => told.push(one), handlerTimeoutMs: 1 };
  const site = await startVelo(process.env.ENDLESS, endless);

  await fetch(`${url}/_emulator/events`, fired(endless.siteId, "A"));
  await fetch(`${url}/_emulator/events`, fired(endless.siteId, "B"));
  await fetch(`${url}/_emulator/settle`, { method: "POST", headers: { "wix-site-id": endless.siteId } });
  await site.close();

  assert.deepEqual(
    told.map(({ event, error }) => [event.orderNumber, error?.message]),
    [
      ["A", "wixEvents_onOrderUpdated took more than 1 ms"],
      ["B", undefined],
    ],
  );
});

function fired(siteId, orderNumber) {
  const body = JSON.stringify({ eventType: "wixEvents_onOrderUpdated", set: { orderNumber } });
  return { method: "POST", headers: { "wix-site-id": siteId }, body };
}

test("without an emulator no site starts", async () => {
  const closed = { url: "http://127.0.0.1:1" };
  await assert.rejects(startVelo(process.env.SAMPLES, closed), /no emulator answers at http:\/\/127\.0\.0\.1:1/);
});
