// The webhooks of the site: who gets them, and how each delivery went.

import { code } from "./code.js";
import { deliveryDetail } from "./delivery-detail.js";
import { next, shortName, TONES } from "./delivery-parts.js";
import { openForm, field, option } from "./dialogs.js";
import { button, el, foreign, pill, swap } from "./elements.js";
import { openEvent } from "./event-form.js";
import { attempt, notify } from "./notices.js";
import { Pager } from "./pager.js";
import { empty, Split } from "./split.js";
import { moment } from "./times.js";

const STATUSES = [["", "Any status"], "waiting", "delivered", "exhausted"];
const ATTEMPTS_SHOWN = 13;

export class DeliveriesView {
  constructor(app) {
    this.app = app;
    this.kinds = new Set(["delivery", "control", "lost"]);
    this.split = new Split({ listLabel: "Deliveries", detailLabel: "The chosen delivery", backTo: "#/webhooks" });
    this.subscriptions = el("section", { class: "subscriptions", "aria-label": "Receivers" });
    this.element = el("div", {}, this.subscriptions, this.split.element);
    this.pager = new Pager(() => attempt(() => this.refresh()));
    this.chosen = null;
    this.status = el("select", { "aria-label": "Delivery status", change: () => this.#filter() }, STATUSES.map(option));
    this.split.tools.append(
      this.status,
      button("Add a receiver…", () => openReceiver(app)),
      button("Fire an event…", () => openEvent(app), { class: "primary" }),
    );
  }

  async show(deliveryId) {
    this.chosen = deliveryId;
    this.split.choose(deliveryId !== null);
    await this.refresh();
  }

  async refresh() {
    const turn = (this.turn = Symbol("the latest refresh"));
    const { plane } = this.app;
    const filter = this.status.value ? { status: this.status.value } : {};
    const chosenPath = `/deliveries/${encodeURIComponent(this.chosen)}`;
    const [{ webhooks }, page, chosen] = await Promise.all([
      plane.get("/webhooks"),
      plane.get("/deliveries", { ...filter, ...this.pager.parameters }),
      this.chosen === null ? null : plane.get(chosenPath).catch(() => undefined),
    ]);
    const detail = await deliveryDetail(this.app, this.chosen, chosen);
    if (turn !== this.turn) {
      return; // overtaken by a later one
    }
    this.#showSubscriptions(webhooks);
    this.#showList(page.deliveries.reverse(), page.total, webhooks.length > 0);
    swap(this.split.detail, this.split.back("All deliveries"), detail);
  }

  #filter() {
    this.pager.restart();
    attempt(() => this.refresh());
  }

  #showSubscriptions(webhooks) {
    const listed = webhooks.map((one) =>
      el(
        "li",
        {},
        foreign(one.url),
        " ",
        pill(one.format),
        one.eventTypes.includes("*") ? null : [" ", foreign(one.eventTypes.join(", "))],
        " ",
        button("Remove", () => this.#remove(one), { class: "small", "aria-label": `Remove ${one.url}`, "data-key": one.id }),
      ),
    );
    swap(
      this.subscriptions,
      webhooks.length > 0 ? [el("h2", {}, `Receivers (${webhooks.length})`), el("ul", { class: "plain" }, listed)] : null,
    );
  }

  #remove(subscription) {
    return attempt(() => this.app.plane.delete(`/webhooks/${encodeURIComponent(subscription.id)}`), "Removed the receiver.");
  }

  #showList(deliveries, total, hasReceivers) {
    if (deliveries.length === 0) {
      swap(this.split.list, hasReceivers ? this.#noDeliveries() : noReceivers(this.app));
      return;
    }
    const { clock } = this.app.summary;
    swap(
      this.split.list,
      el("ul", { class: "rows timeline" }, deliveries.map((one) => row(one, one.id === this.chosen, clock))),
      this.pager.controls(total, "deliveries"),
    );
  }

  #noDeliveries() {
    if (this.status.value !== "") {
      return empty(`No delivery is ${this.status.value}`);
    }
    return empty(
      "Nothing has been delivered yet",
      el("p", {}, "Ship something under Orders, or fire an event by hand:"),
      code(`wix-emulator trigger fulfillments_updated${flags(this.app)}`, "Fire an event"),
    );
  }
}

function noReceivers(app) {
  return empty(
    "Nobody listens yet",
    el("p", {}, "Start a receiver that verifies and prints each delivery:"),
    code(`wix-emulator listen${flags(app)}`, "Start a listener"),
    el("p", {}, "Or subscribe your own with “Add a receiver…” above, or from a script:"),
    code(
      `curl '${location.origin}${app.plane.url("/webhooks")}' -d '{"url": "http://127.0.0.1:3000/webhook"}'`,
      "Subscribe a receiver",
    ),
  );
}

function flags(app) {
  const url = location.port === "8949" ? "" : ` --url ${location.origin}`;
  return app.plane.siteId === null ? url : `${url} --site '${app.plane.siteId.replaceAll("'", "'\\''")}'`;
}

function row(delivery, isChosen, clock) {
  const href = `#/webhooks/${encodeURIComponent(delivery.id)}`;
  return el(
    "li",
    {},
    el(
      "a",
      { href, class: "row", "data-key": `delivery ${delivery.id}`, "aria-current": isChosen ? "true" : null },
      el(
        "span",
        { class: "head" },
        el("strong", {}, foreign(shortName(delivery.eventType))),
        pill(delivery.status, TONES[delivery.status]),
        delivery.chaos ? pill(`chaos: ${delivery.chaos}`, "warn") : null,
      ),
      el("span", { class: "sub" }, moment(delivery.createdAt, clock.now), " → ", foreign(delivery.subscription.url)),
      el("span", { class: "sub attempts" }, delivery.attempts.slice(-ATTEMPTS_SHOWN).map(attemptMark), next(delivery, clock)),
    ),
  );
}

function attemptMark(tried) {
  const isGood = tried.status === 200;
  const outcome = tried.status ?? "no answer";
  return el("span", { class: `mark ${isGood ? "good" : "bad"}` }, `${isGood ? "✓" : "✗"} ${outcome}`);
}

function openReceiver(app) {
  const url = field("URL", { type: "url", required: true, value: "http://127.0.0.1:3000/webhook" });
  const types = field("Event types", { value: "*", required: true }, { hint: "separated by commas; * is any" });
  const format = field("Format", {}, {
    choices: [["jwt", "jwt: as Wix sends it"], ["sdk", "sdk: as an SDK handler sees it"], ["velo", "velo: as events.js sees it"]],
  });
  openForm({
    title: "Add a receiver",
    intro: "It gets events from now on, signed and retried like Wix's own.",
    fields: [url, types, format].map((one) => one.element),
    submit: "Add receiver",
    onSubmit: () =>
      attempt(async () => {
        const eventTypes = types.input.value.split(",").map((type) => type.trim());
        await app.plane.post("/webhooks", { url: url.input.value, eventTypes, format: format.input.value });
        notify("Added the receiver.");
      }),
  });
}
