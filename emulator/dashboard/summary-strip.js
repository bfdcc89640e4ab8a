// The four views, each with what there is in it: at a glance what the site holds.

import { el, swap } from "./elements.js";
import { planned } from "./times.js";

export function showStrip(container, summary, chosen) {
  swap(
    container,
    views(summary).map(({ name, title, count, text }) =>
      el(
        "a",
        { href: `#/${name}`, "aria-current": name === chosen ? "page" : null, "data-key": `view ${name}` },
        el("span", { class: "title" }, title, count === null ? null : [" ", el("span", { class: "number" }, String(count))]),
        el("span", { class: "sub" }, text),
      ),
    ),
  );
}

function views({ orders, deliveries, requests, webhooks, faults, clock, nextAttemptAt }) {
  const toShip = (orders.NOT_FULFILLED ?? 0) + (orders.PARTIALLY_FULFILLED ?? 0);
  const retry = nextAttemptAt ? [", next at ", planned(nextAttemptAt, clock)] : [];
  const waiting = deliveries.waiting > 0 ? [`${deliveries.waiting} waiting`, retry] : ["none waiting"];
  const exhausted = deliveries.exhausted > 0 ? `, ${deliveries.exhausted} exhausted` : "";
  return [
    { name: "orders", title: "Orders", count: orders.total, text: `${toShip} not yet fulfilled` },
    {
      name: "webhooks",
      title: "Webhooks",
      count: deliveries.total,
      text: webhooks === 0 && deliveries.total === 0 ? "nobody listens" : [waiting, exhausted],
    },
    { name: "journal", title: "Journal", count: requests.total, text: `${requests.refused} refused or failed` },
    {
      name: "controls",
      title: "Controls",
      count: null,
      text: `clock ${clock.mode === "manual" ? "stands" : "runs"}, ${faults === 0 ? "no fault planned" : `${faults} ${faults === 1 ? "fault" : "faults"} planned`}`,
    },
  ];
}
