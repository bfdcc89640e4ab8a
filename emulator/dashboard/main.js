// Starts the dashboard: one site, four views, and what happens there as it happens.

import { ControlPlane } from "./control-plane.js";
import { ControlsView } from "./controls-view.js";
import { DeliveriesView } from "./deliveries-view.js";
import { option } from "./dialogs.js";
import { el } from "./elements.js";
import { JournalView } from "./journal-view.js";
import { News } from "./news.js";
import { attempt, explained, notify } from "./notices.js";
import { OrdersView } from "./orders-view.js";
import { siteUrl } from "./sites-card.js";
import { follow, soon } from "./stream.js";
import { showStrip } from "./summary-strip.js";
import { moment } from "./times.js";

const REFRESH_MS = 150;
const SECOND_MS = 1_000;
const PAST_EVENTS = 3;
const VIEWS = { orders: OrdersView, webhooks: DeliveriesView, journal: JournalView, controls: ControlsView };
const TITLES = { orders: "Orders", webhooks: "Webhooks", journal: "Journal", controls: "Controls" };

class Dashboard {
  constructor(plane, manifest, summary) {
    this.plane = plane;
    this.manifest = manifest;
    this.summary = summary;
    this.client = { siteId: manifest.siteId, apiKey: manifest.apiKey };
    this.content = document.getElementById("content");
    this.news = new News(document.getElementById("news"));
    this.views = {};
    this.current = null;
    this.stale = false;
    this.refreshSoon = soon(() => this.#refresh(), REFRESH_MS);
  }

  start() {
    window.addEventListener("hashchange", () => this.#route(true));
    document.querySelector(".skip").addEventListener("click", (event) => {
      event.preventDefault();
      this.content.focus();
    });
    setInterval(() => this.#tick(), SECOND_MS);
    this.#followStream();
    return Promise.all([this.#route(false), attempt(() => this.#showSites()), attempt(() => this.#showPast())]);
  }

  async #route(isMove) {
    const [, name, ...rest] = location.hash.split("/");
    const view = Object.hasOwn(VIEWS, name ?? "") ? name : "orders";
    const chosen = rest.length > 0 ? decodeURIComponent(rest.join("/")) : null;
    this.views[view] ??= new VIEWS[view](this);
    const isOther = this.current !== this.views[view];
    this.current = this.views[view];
    this.name = view;
    document.title = `${TITLES[view]} · wix-emulator`;
    showStrip(document.getElementById("views"), this.summary, view);
    await attempt(() => this.current.show(chosen));
    if (isOther) {
      this.content.replaceChildren(el("h2", { class: "hidden" }, TITLES[view]), this.current.element);
    }
    if (isMove && chosen !== null) {
      this.current.split?.detail.focus({ preventScroll: !isNarrow() });
    }
  }

  async #refresh() {
    const isStale = this.stale;
    this.stale = false;
    await attempt(async () => {
      this.summary = await this.plane.get("/summary");
      this.#tick();
      showStrip(document.getElementById("views"), this.summary, this.name);
      if (isStale) {
        await this.current.refresh();
      }
    });
  }

  #followStream() {
    const live = document.getElementById("live");
    const say = (text, isLive) => {
      live.textContent = text;
      live.classList.toggle("on", isLive);
    };
    follow(this.plane.url("/stream"), {
      onOpen: async () => {
        say("Live", true);
        await attempt(async () => (this.manifest = await this.plane.get("/manifest"))); // it may be another emulator now
        this.stale = true;
        this.refreshSoon();
      },
      onBreak: () => say("Reconnecting…", false),
      onEvent: (kind, news) => {
        this.news.add(kind, news);
        this.stale ||= this.current.kinds.has(kind);
        this.refreshSoon();
        if (kind === "control") {
          attempt(() => this.#showSites());
        }
      },
    });
  }

  /** What happened before the page was opened. */
  async #showPast() {
    const newest = { limit: PAST_EVENTS };
    const [{ requests }, { deliveries }] = await Promise.all([
      this.plane.get("/requests", { ...newest, brief: true }),
      this.plane.get("/deliveries", newest),
    ]);
    this.news.begin(requests, deliveries);
  }

  async #showSites() {
    const { sites } = await this.plane.get("/sites");
    const choice = document.getElementById("site");
    const named = sites.map(({ id, isDefault }) => [id, isDefault ? "the default site" : id]);
    choice.replaceChildren(...named.map(option));
    choice.value = this.client.siteId;
    choice.onchange = () => location.assign(siteUrl(choice.value));
  }

  #tick() {
    const { clock } = this.summary;
    this.seenAt = this.seen === clock ? this.seenAt : performance.now();
    this.seen = clock;
    const runs = clock.mode === "system";
    const now = runs ? new Date(Date.parse(clock.now) + performance.now() - this.seenAt).toISOString() : clock.now;
    document.getElementById("clock").replaceChildren(moment(now), runs ? " UTC" : " UTC, stands");
  }
}

function isNarrow() {
  return matchMedia("(max-width: 999px)").matches;
}

async function start() {
  const plane = new ControlPlane(new URLSearchParams(location.search).get("site"));
  try {
    const [manifest, summary] = await Promise.all([plane.get("/manifest"), plane.get("/summary")]);
    await new Dashboard(plane, manifest, summary).start();
  } catch (error) {
    notify(explained(error), "bad");
  }
}

start();
