// What steers the site: its clock, faults, snapshots, and the way back to the start.

import { code } from "./code.js";
import { clockCard } from "./clock-card.js";
import { el, facts, foreign } from "./elements.js";
import { faultsCard } from "./faults-card.js";
import { sitesCard } from "./sites-card.js";
import { snapshotCard } from "./snapshot-card.js";

export class ControlsView {
  constructor(app) {
    this.app = app;
    this.kinds = new Set(["control", "request", "delivery", "lost"]);
    this.cards = [clockCard(app), faultsCard(app), snapshotCard(app), sitesCard(app)];
    this.element = el("div", { class: "cards" }, this.cards.map((one) => one.element), clientCard(app));
  }

  async show() {
    await this.refresh();
  }

  async refresh() {
    await Promise.all(this.cards.map((one) => one.refresh()));
  }
}

function clientCard(app) {
  const { manifest } = app;
  return el(
    "section",
    { class: "card", "aria-labelledby": "card-client" },
    el("h2", { id: "card-client" }, "What a client needs"),
    facts(
      ["Base URL", el("code", {}, manifest.baseUrl)],
      ["Site", foreign(manifest.siteId, "code")],
      ["App id", foreign(manifest.appId, "code")],
      ["Instance", foreign(manifest.instanceId, "code")],
    ),
    el("details", {}, el("summary", {}, "App secret"), code(manifest.appSecret, "App secret")),
    el("details", {}, el("summary", {}, "API key"), code(manifest.apiKey, "API key")),
    el("details", {}, el("summary", {}, "Public key, to verify webhooks"), code(manifest.publicKey, "Public key")),
  );
}
