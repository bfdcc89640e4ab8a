// Fires an event by hand, with a mishap if wanted.

import { field, openForm } from "./dialogs.js";
import { el } from "./elements.js";
import { attempt, notify } from "./notices.js";

const NO_CHAOS = ["", "none: as it should be"];

export function openEvent(app) {
  const { eventTypes, chaos } = app.manifest;
  const type = field("Event", {}, { choices: eventTypes.map((one) => one.name) });
  const order = field("Order's id", {}, { hint: "empty: the first one that fits" });
  const set = field("Overrides", { placeholder: '{"status": "CANCELED"}' }, { hint: "JSON: parts of the body, by path" });
  const mishap = field("Chaos", {}, { choices: [NO_CHAOS, ...chaos.map((one) => one.name)] });
  const advice = el("p", { class: "hint", "aria-live": "polite" });
  openForm({
    title: "Fire an event",
    intro: "It goes to every receiver that wants it, on top of what the site really holds.",
    fields: [[type, order, set, mishap].map((one) => one.element), advice],
    submit: "Fire",
    onInput: () => {
      const known = chaos.find((one) => one.name === mishap.input.value);
      advice.textContent = known ? `A correct receiver will ${known.receiver}.` : "";
    },
    onSubmit: () => attempt(async () => notify(outcome(await app.plane.post("/events", wanted(type, order, set, mishap))))),
  });
}

function wanted(type, order, set, mishap) {
  const event = { eventType: type.input.value };
  if (order.input.value !== "") {
    event.orderId = order.input.value;
  }
  if (set.input.value.trim() !== "") {
    event.set = parsed(set.input.value);
  }
  if (mishap.input.value !== "") {
    event.chaos = mishap.input.value;
  }
  return event;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The overrides are no JSON object: ${error.message}`);
  }
}

function outcome(answer) {
  const count = answer.deliveries.length;
  return count === 0 ? "Fired, but nobody listens to it." : `Fired to ${count} ${count === 1 ? "receiver" : "receivers"}.`;
}
