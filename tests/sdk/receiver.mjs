// A receiver for each test: a web server as an app has one, subscribed to a site of its own.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import * as orderFulfillments from "@wix/auto_sdk_ecom_order-fulfillments";
import { AppStrategy, createClient } from "@wix/sdk";

import { openShop } from "./shop.mjs";

const EMULATOR = process.env.WIX_API_BASE_URL ?? "http://127.0.0.1:8949";
const PATIENCE_MS = 20_000;

export const FULFILLMENTS_UPDATED = "wix.ecom.v1.fulfillments_updated";

// Calls `use` with a site of its own, and closes the receiver after it.
export async function withReceiver(use) {
  const siteId = randomUUID();
  const bodies = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString());
    response.end();
    server.emit("body");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const control = (method, path, body) => call(siteId, method, path, body);
  const url = `http://127.0.0.1:${server.address().port}/`;
  const site = {
    control,
    facts: await control("GET", "manifest"),
    ...openShop({ siteId }),
    // Deliver this site's events here, in that format.
    subscribe: (format = "jwt", eventTypes = [FULFILLMENTS_UPDATED]) =>
      control("POST", "webhooks", { url, format, eventTypes }),
    // Fire an event here alone, with what goes wrong with it.
    fire: (eventType, fields) => control("POST", "events", { eventType, to: url, ...fields }),
    // The next body that comes, or came already.
    next: async () => {
      if (!bodies.length) await once(server, "body", { signal: AbortSignal.timeout(PATIENCE_MS) });
      return bodies.shift();
    },
  };
  try {
    await use(site);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

// An app of the real SDK, and the events that its handler has got.
export function openApp({ appId, publicKey }) {
  const client = createClient({ auth: AppStrategy({ appId, publicKey }), modules: { orderFulfillments } });
  const events = [];
  client.orderFulfillments.onFulfillmentsUpdated((event) => {
    events.push(event);
  });
  return { webhooks: client.webhooks, events };
}

async function call(siteId, method, path, body) {
  const response = await fetch(`${EMULATOR}/_emulator/${path}`, {
    method,
    headers: { "wix-site-id": siteId, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}
