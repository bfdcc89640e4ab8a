// What an app's `client.webhooks` makes of our webhooks: the same code that runs when Wix calls.
import assert from "node:assert/strict";
import { test } from "node:test";

import { FULFILLMENTS_UPDATED, openApp, withReceiver } from "./receiver.mjs";
import { COFFEE, FEDEX_PARCEL, NOTHING_SENT } from "./shop.mjs";

async function thrownBy(promise) {
  return promise.then(
    () => null,
    (thrown) => thrown,
  );
}

async function createFulfillment({ orderFulfillments }) {
  return orderFulfillments.createFulfillment(NOTHING_SENT, {
    lineItems: [{ _id: COFFEE, quantity: 2 }],
    trackingInfo: { trackingNumber: "12345", shippingProvider: "ups" },
    status: "Ready",
  });
}

// The token of an event that is fired with that mishap.
async function tokenWith(site, chaos) {
  await site.fire(FULFILLMENTS_UPDATED, { orderId: FEDEX_PARCEL.orderId, chaos });
  return site.next();
}

test("process calls the handler with the order's fulfillments, ids and dates in the SDK's form", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    await site.subscribe();
    const { fulfillmentId } = await createFulfillment(site);

    await webhooks.process(await site.next());

    const [{ entity }] = events;
    const [{ _createdDate }] = entity.fulfillments;
    assert.ok(_createdDate instanceof Date);
    assert.deepEqual(entity, {
      orderId: NOTHING_SENT,
      fulfillments: [
        {
          _id: fulfillmentId,
          _createdDate,
          lineItems: [{ _id: COFFEE, quantity: 2 }],
          trackingInfo: {
            trackingNumber: "12345",
            shippingProvider: "ups",
            trackingLink: "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=12345",
          },
          status: "Ready",
        },
      ],
    });
  });
});

test("process calls the handler with the event's metadata", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    await site.subscribe();
    await createFulfillment(site);

    await webhooks.process(await site.next());

    const [{ metadata }] = events;
    const { _id, eventTime, ...rest } = metadata;
    assert.match(_id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.ok(eventTime instanceof Date);
    assert.deepEqual(JSON.parse(JSON.stringify(rest)), {
      instanceId: site.facts.instanceId,
      identity: { identityType: "APP", appId: site.facts.appId },
      entityFqdn: "wix.ecom.v1.fulfillments",
      slug: "updated",
      entityId: NOTHING_SENT,
      triggeredByAnonymizeRequest: false,
      entityEventSequence: "1",
    });
  });
});

test("process answers with the envelope", async () => {
  await withReceiver(async (site) => {
    const { webhooks } = openApp(site.facts);
    await site.subscribe();
    await createFulfillment(site);

    const { instanceId, eventType, identity, payload } = await webhooks.process(await site.next());

    assert.deepEqual(
      { instanceId, eventType, identity, entityId: payload.entityId },
      {
        instanceId: site.facts.instanceId,
        eventType: FULFILLMENTS_UPDATED,
        identity: { identityType: "APP", appId: site.facts.appId },
        entityId: NOTHING_SENT,
      },
    );
  });
});

test("processRequest reads the token from the request that came", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    await site.subscribe();
    await createFulfillment(site);
    const request = new Request("https://app.example/webhook", { method: "POST", body: await site.next() });

    await webhooks.processRequest(request);

    assert.equal(events[0].entity.orderId, NOTHING_SENT);
  });
});

test("the public key works as one line of base64 too", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp({ ...site.facts, publicKey: site.facts.publicKeyBase64 });
    await site.subscribe();
    await createFulfillment(site);

    await webhooks.process(await site.next());

    assert.equal(events.length, 1);
  });
});

test("each change has an event of its own, with a rising sequence and the state after it", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    await site.subscribe();
    const { fulfillmentId } = await createFulfillment(site);
    const ids = { orderId: NOTHING_SENT, fulfillmentId };
    await site.orderFulfillments.updateFulfillment(ids, { fulfillment: { status: "Fulfilled" } });
    await site.orderFulfillments.deleteFulfillment(ids);

    for (let count = 0; count < 3; count += 1) await webhooks.process(await site.next());

    assert.deepEqual(
      events.map(({ entity, metadata }) => [
        metadata.entityEventSequence,
        entity.fulfillments.map(({ status }) => status),
      ]),
      [
        ["1", ["Ready"]],
        ["2", ["Fulfilled"]],
        ["3", []],
      ],
    );
    assert.equal(new Set(events.map(({ metadata }) => metadata._id)).size, 3);
  });
});

test("format sdk is what the handler gets, printed as JSON", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    await site.subscribe("jwt");
    await site.subscribe("sdk");
    await createFulfillment(site);
    const bodies = [await site.next(), await site.next()];

    await webhooks.process(bodies.find((body) => !body.startsWith("{")));

    const printed = JSON.parse(bodies.find((body) => body.startsWith("{")));
    assert.deepEqual(JSON.parse(JSON.stringify(events[0])), printed);
  });
});

test("format sdk renames what the SDK renames, in custom info too", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    const set = { fulfillments: [{ id: "1", customInfo: { fieldsData: { id: "a", createdDate: "b", note: "c" } } }] };
    await site.fire(FULFILLMENTS_UPDATED, { orderId: NOTHING_SENT, set });
    await site.fire(FULFILLMENTS_UPDATED, { orderId: NOTHING_SENT, set, format: "sdk" });
    const bodies = [await site.next(), await site.next()];

    await webhooks.process(bodies.find((body) => !body.startsWith("{")));

    const printed = JSON.parse(bodies.find((body) => body.startsWith("{")));
    assert.deepEqual(JSON.parse(JSON.stringify(events[0].entity)), printed.entity);
  });
});

test("an event that comes twice has the same id both times", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    await webhooks.process(await tokenWith(site, "duplicate"));
    await webhooks.process(await site.next());

    assert.equal(events.length, 2);
    assert.equal(events[0].metadata._id, events[1].metadata._id);
  });
});

test("a very large payload is accepted", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    await webhooks.process(await tokenWith(site, "very-large-payload"));

    assert.ok(JSON.stringify(events[0]).length > 1_000_000);
  });
});

test("an expired token is refused", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    const error = await thrownBy(webhooks.process(await tokenWith(site, "expired-token")));

    assert.equal(error?.code, "ERR_JWT_EXPIRED");
    assert.deepEqual(events, []);
  });
});

test("a token of the wrong key is refused", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    const error = await thrownBy(webhooks.process(await tokenWith(site, "wrong-key")));

    assert.equal(error?.code, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
    assert.deepEqual(events, []);
  });
});

test("a tampered payload is refused", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    const error = await thrownBy(webhooks.process(await tokenWith(site, "tampered-payload")));

    assert.equal(error?.code, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
    assert.deepEqual(events, []);
  });
});

test("a truncated body is refused", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    const error = await thrownBy(webhooks.process(await tokenWith(site, "truncated-body")));

    assert.equal(error?.code, "ERR_JWS_INVALID");
    assert.deepEqual(events, []);
  });
});

test("an unknown event type is refused", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    const error = await thrownBy(webhooks.process(await tokenWith(site, "unknown-event-type")));

    assert.match(error?.message ?? "", /^Unexpected event type: wix\.ecom\.v1\.fulfillments_teleported\./);
    assert.deepEqual(events, []);
  });
});

test("an unknown event type passes when the app expects it, and calls no handler", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    const expectedEvents = [{ type: "wix.ecom.v1.fulfillments_teleported" }];
    const { eventType } = await webhooks.process(await tokenWith(site, "unknown-event-type"), { expectedEvents });

    assert.equal(eventType, "wix.ecom.v1.fulfillments_teleported");
    assert.deepEqual(events, []);
  });
});

test("a ticket order is verified, and is for no handler of the shop", async () => {
  await withReceiver(async (site) => {
    const { webhooks, events } = openApp(site.facts);
    await site.fire("wixEvents_onOrderUpdated", { set: { orderNumber: "FMXC-BZG3-OT" } });
    const expectedEvents = [{ type: "wixEvents_onOrderUpdated" }];
    const { payload } = await webhooks.process(await site.next(), { expectedEvents });

    assert.equal(payload.orderNumber, "FMXC-BZG3-OT");
    assert.deepEqual(events, []);
  });
});
