// Planned misbehaviour: what goes wrong next, and how.

import { card } from "./card.js";
import { field, openForm } from "./dialogs.js";
import { button, el, foreign, pill } from "./elements.js";
import { attempt } from "./notices.js";

const EFFECTS = [
  ["error", "a refusal"],
  ["status", "a blank error of the server"],
  ["delayMs", "a delay"],
  ["drop", "a dropped connection"],
  ["chaos", "chaos on its webhooks"],
];
const DROPS = [["afterCommit", "after the work is done"], ["beforeCommit", "before the work is done"]];

export function faultsCard(app) {
  return card(
    "Faults",
    async () => shown(app.plane, (await app.plane.get("/faults")).faults),
    el("p", { class: "buttons" }, button("Plan a fault…", () => openFault(app))),
  );
}

function shown(plane, faults) {
  if (faults.length === 0) {
    return el("p", { class: "hint" }, "Everything works. Plan a fault to see how a client takes a refusal, a delay or a lost reply.");
  }
  return el(
    "ul",
    { class: "plain" },
    faults.map((fault) =>
      el(
        "li",
        {},
        el("strong", {}, fault.operation),
        " ",
        foreign(JSON.stringify(fault.effect), "code"),
        " ",
        pill(fault.used < fault.times ? `${fault.used} of ${fault.times} used` : "spent", fault.used < fault.times ? "warn" : "plain"),
        " ",
        button("Take back", () => attempt(() => plane.delete(`/faults/${encodeURIComponent(fault.id)}`), "Took the fault back."), {
          class: "small",
          "data-key": `fault ${fault.id}`,
        }),
      ),
    ),
  );
}

function openFault(app) {
  const operations = app.manifest.operations.map((one) => one.id);
  const operation = field("Operation", { value: "createFulfillment" }, { choices: operations });
  const effect = field("What goes wrong", {}, { choices: EFFECTS });
  const values = {
    error: field("Refusal", { value: "RESOURCE_EXHAUSTED" }, { choices: app.manifest.refusals }),
    status: field("Status", { type: "number", min: 500, max: 599, value: 503 }),
    delayMs: field("Milliseconds", { type: "number", min: 0, max: 60_000, value: 2_000 }),
    drop: field("When", {}, { choices: DROPS }),
    chaos: field("Chaos", {}, { choices: app.manifest.chaos.map((one) => one.name) }),
  };
  const times = field("Times", { type: "number", min: 1, value: 1 });
  const skip = field("After so many good calls", { type: "number", min: 0, value: 0 });
  openForm({
    title: "Plan a fault",
    intro: "It happens to the next calls of the operation, whoever makes them.",
    fields: [operation, effect, ...Object.values(values), times, skip].map((one) => one.element),
    submit: "Plan it",
    onInput: () => {
      for (const [kind, value] of Object.entries(values)) {
        value.element.hidden = kind !== effect.input.value;
      }
    },
    onSubmit: () => {
      const { input } = values[effect.input.value];
      const fault = {
        operation: operation.input.value,
        effect: { [effect.input.value]: input.type === "number" ? Number(input.value) : input.value },
        times: Number(times.input.value),
        skip: Number(skip.input.value),
      };
      return attempt(() => app.plane.post("/faults", fault), "Planned the fault.");
    },
  });
}
