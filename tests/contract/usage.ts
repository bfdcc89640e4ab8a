// What a TypeScript client does with the types that openapi-typescript makes of openapi.yaml: it has to compile.
import type { components, operations, webhooks } from "./openapi";

type Body<Operation extends { requestBody: { content: { "application/json": unknown } } }> =
  Operation["requestBody"]["content"]["application/json"];
type Answer<Operation extends { responses: { 200: { content: { "application/json": unknown } } } }> =
  Operation["responses"][200]["content"]["application/json"];

export const body: Body<operations["createFulfillment"]> = {
  fulfillment: {
    lineItems: [{ id: "00000000-0000-0000-0000-000000000001", quantity: 1 }],
    trackingInfo: { trackingNumber: "12345", shippingProvider: "fedex" },
    status: "In_Delivery",
  },
};

export function links({ orderWithFulfillments }: Answer<operations["createFulfillment"]>): (string | null | undefined)[] {
  return orderWithFulfillments.fulfillments.map((fulfillment) => fulfillment.trackingInfo?.trackingLink);
}

export function code(refusal: components["schemas"]["ApplicationErrorResponse"]): string {
  return refusal.details.applicationError.code;
}

export function orderId(event: components["schemas"]["FulfillmentsUpdatedEvent"]): string {
  return event.updatedEvent.currentEntity.orderId;
}

export const token: webhooks["wix.ecom.v1.fulfillments_updated"]["post"]["requestBody"]["content"]["text/plain"] = "a.b.c";

type PlainWebhook<Name extends keyof webhooks> = webhooks[Name] extends {
  post: { requestBody: { content: { "application/json": infer Plain } } };
}
  ? Plain
  : never;

export function parcels(received: PlainWebhook<"wix.ecom.v1.fulfillments_updated">): [string, string | null | undefined][] {
  const { entity } = "handler" in received ? received.event : received;
  return entity.fulfillments.map((fulfillment) => [fulfillment._id, fulfillment.trackingInfo?.trackingNumber]);
}

export function canceled({ data, metadata }: components["schemas"]["OrderCanceledEventForSdk"]): string {
  // @ts-expect-error: in these formats it is `_id`
  const none: string = data.order.id;
  return `${data.order._id} ${data.order.lineItems[0]?._id} ${metadata.entityId} ${none}`;
}

// @ts-expect-error: a status that the API does not know
export const wrong: Body<operations["createFulfillment"]> = { fulfillment: { lineItems: [], status: "Lost" } };
