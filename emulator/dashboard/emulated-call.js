// One call of the emulated API: as a request, as curl, and as code for the Wix SDK.

const FULFILLMENTS = "/ecom/v1/fulfillments";
const FULFILLMENTS_MODULE = { name: "orderFulfillments", from: "@wix/auto_sdk_ecom_order-fulfillments" };
const ORDERS_MODULE = { name: "orders", from: "@wix/auto_sdk_ecom_orders" };

export function createOrder(order) {
  return {
    method: "POST",
    path: "/ecom/v1/orders",
    body: { order },
    sdk: { module: ORDERS_MODULE, function: "createOrder", arguments: [order] },
  };
}

export function createFulfillment(orderId, fulfillment) {
  return {
    method: "POST",
    path: `${FULFILLMENTS}/orders/${encodeURIComponent(orderId)}/create-fulfillment`,
    body: { fulfillment },
    sdk: { module: FULFILLMENTS_MODULE, function: "createFulfillment", arguments: [orderId, fulfillment] },
  };
}

export function updateFulfillment(orderId, fulfillmentId, fulfillment) {
  return {
    method: "PATCH",
    path: `${FULFILLMENTS}/${fulfillmentId}/orders/${encodeURIComponent(orderId)}`,
    body: { fulfillment },
    sdk: {
      module: FULFILLMENTS_MODULE,
      function: "updateFulfillment",
      arguments: [{ orderId, fulfillmentId }, { fulfillment }],
    },
  };
}

export function deleteFulfillment(orderId, fulfillmentId) {
  return {
    method: "DELETE",
    path: `${FULFILLMENTS}/${fulfillmentId}/orders/${encodeURIComponent(orderId)}`,
    sdk: { module: FULFILLMENTS_MODULE, function: "deleteFulfillment", arguments: [{ orderId, fulfillmentId }] },
  };
}

/** What is sent besides the call: `{ siteId, apiKey }`. */
export async function send(call, client) {
  const response = await fetch(call.path, {
    method: call.method,
    headers: headers(call, client),
    body: call.body && JSON.stringify(call.body),
  });
  return {
    isOk: response.ok,
    status: response.status,
    requestId: response.headers.get("x-wix-request-id"),
    rule: response.headers.get("x-emulator-rule"),
    body: await response.json().catch(() => null),
  };
}

export function asCurl(call, client) {
  const lines = [`curl -X ${call.method} ${quoted(location.origin + call.path)}`];
  for (const [name, value] of Object.entries(headers(call, client))) {
    lines.push(`  -H ${quoted(`${name}: ${value}`)}`);
  }
  if (call.body !== undefined) {
    lines.push(`  -d ${quoted(JSON.stringify(call.body, null, 2))}`);
  }
  return lines.join(" \\\n");
}

export function asSdk(call, client) {
  const { module, function: name, arguments: values } = call.sdk;
  const given = values.map((value) => JSON.stringify(renamed(value), null, 2)).join(", ");
  return [
    'import { ApiKeyStrategy, createClient } from "@wix/sdk";',
    `import * as ${module.name} from "${module.from}";`,
    "",
    "const client = createClient({",
    `  auth: ApiKeyStrategy({ apiKey: ${JSON.stringify(client.apiKey)}, siteId: ${JSON.stringify(client.siteId)} }),`,
    `  modules: { ${module.name} },`,
    "  fetch: (url, init) =>",
    `    fetch(String(url).replace("https://www.wixapis.com", ${JSON.stringify(location.origin)}), init),`,
    "});",
    "",
    `await client.${module.name}.${name}(${given});`,
  ].join("\n");
}

function headers(call, client) {
  const common = { authorization: client.apiKey, "wix-site-id": client.siteId };
  return call.body === undefined ? common : { ...common, "content-type": "application/json" };
}

/** As a POSIX shell takes it literally. */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The SDK calls `id` `_id`. */
function renamed(value) {
  if (Array.isArray(value)) {
    return value.map(renamed);
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key === "id" ? "_id" : key, renamed(one)]));
}
