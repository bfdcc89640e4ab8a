// The site's state: from a file, to a file, made up, or as at the start.

import { card } from "./card.js";
import { field, openForm } from "./dialogs.js";
import { button, el } from "./elements.js";
import { attempt } from "./notices.js";

export function snapshotCard(app) {
  const { plane } = app;
  const file = el("input", { type: "file", accept: ".json,application/json", change: () => load() });
  const load = async () => {
    if (file.files.length > 0) {
      await attempt(async () => plane.put("/state", await file.files[0].text()), "Loaded the snapshot.");
      file.value = "";
    }
  };
  return card("State", async () => shown(await plane.get("/summary")), [
    el(
      "p",
      { class: "buttons" },
      el("a", { class: "button", href: plane.url("/state"), download: "wix-emulator-snapshot.json" }, "Save a snapshot"),
      button("Make up orders…", () => openOrders(plane)),
      button("Reset the site…", () => openReset(plane), { class: "danger" }),
    ),
    el("label", { class: "field" }, el("span", { class: "label" }, "Load a snapshot"), file),
  ]);
}

function shown({ orders, deliveries, requests }) {
  return el("p", {}, `${orders.total} orders, ${deliveries.total} deliveries, ${requests.total} requests in the journal.`);
}

function openOrders(plane) {
  const count = field("How many", { type: "number", min: 1, max: 1_000, value: 3 });
  openForm({
    title: "Make up orders",
    intro: "Approved, paid and shippable, with generated buyers and products.",
    fields: count.element,
    submit: "Make orders",
    onSubmit: () => attempt(() => plane.post("/orders", { count: Number(count.input.value) }), ({ orders }) => `Made ${orders.length} orders.`),
  });
}

function openReset(plane) {
  openForm({
    title: "Reset the site?",
    intro: "Orders, deliveries, receivers, faults, clock and journal are then as at the start. Save a snapshot first to keep them.",
    fields: null,
    submit: "Reset the site",
    onSubmit: () => attempt(() => plane.post("/reset"), "The site is as at the start."),
  });
}
