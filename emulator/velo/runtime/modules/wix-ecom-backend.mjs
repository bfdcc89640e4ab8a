// `wix-ecom-backend` offline: the functions of document 003, on the emulator.
import { connectionOf, required } from "../connection.mjs";

const FULFILLMENTS = "/ecom/v1/fulfillments";
const ORDERS = "/ecom/v1/orders";

const call = (...request) => connectionOf(import.meta.url).call(...request);

export const orderFulfillments = {
  // Resolves to { orderWithFulfillments }.
  async listFulfillmentsForSingleOrder(orderId) {
    return call("GET", `${FULFILLMENTS}/orders/${required(orderId, "orderId")}`);
  },

  // Resolves to { ordersWithFulfillments }, though the sample's own code reads an array (R503).
  async listFulfillmentsForMultipleOrders(orderIds) {
    return call("POST", `${FULFILLMENTS}/list-by-ids`, { orderIds });
  },

  // Resolves to { orderWithFulfillments, fulfillmentId }.
  async createFulfillment(orderId, fulfillment) {
    return call("POST", `${FULFILLMENTS}/orders/${required(orderId, "orderId")}/create-fulfillment`, { fulfillment });
  },

  // Resolves to { orderWithFulfillments }, as the sample shows; the declaration says OrderWithFulfillments (R501).
  async updateFulfillment(identifiers, options) {
    const order = required(identifiers?.orderId, "identifiers.orderId");
    const fulfillment = required(identifiers?.fulfillmentId, "identifiers.fulfillmentId");
    return call("PATCH", `${FULFILLMENTS}/${fulfillment}/orders/${order}`, options ?? {}, [
      ["orderId", "identifiers.orderId"],
      ["fulfillment.id", "identifiers.fulfillmentId"],
      ["fulfillment", "options.fulfillment"],
    ]);
  },

  // Resolves to { orderWithFulfillments }.
  async deleteFulfillment(identifiers) {
    const order = required(identifiers?.orderId, "identifiers.orderId");
    const fulfillment = required(identifiers?.fulfillmentId, "identifiers.fulfillmentId");
    return call("DELETE", `${FULFILLMENTS}/${fulfillment}/orders/${order}`, undefined, [
      ["orderId", "identifiers.orderId"],
      ["fulfillmentId", "identifiers.fulfillmentId"],
    ]);
  },

  // Takes the array, as declared, or an object with it, as in the sample (R502). Resolves to { results,
  // bulkActionMetadata }.
  async bulkCreateFulfillments(ordersWithFulfillments) {
    const given = Array.isArray(ordersWithFulfillments) ? { ordersWithFulfillments } : ordersWithFulfillments;
    return call("POST", `${FULFILLMENTS}/orders/bulk/create-fulfillments`, given ?? {});
  },
};

export const orders = {
  // Resolves to the order.
  async getOrder(orderId) {
    const { order } = await call("GET", `${ORDERS}/${required(orderId, "_id")}`);
    return order;
  },

  // Resolves to { orders, metadata }.
  async searchOrders(search) {
    return call("POST", `${ORDERS}/search`, { search });
  },

  // Resolves to the changed order.
  async updateOrder(orderId, order) {
    const { order: changed } = await call("PATCH", `${ORDERS}/${required(orderId, "_id")}`, { order });
    return changed;
  },
};
