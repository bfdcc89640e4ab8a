// One delivery: its attempts, and what was sent, layer by layer.

import { code, json } from "./code.js";
import { next, shortName, TONES } from "./delivery-parts.js";
import { button, el, facts, foreign, pill } from "./elements.js";
import { attempt } from "./notices.js";
import { empty } from "./split.js";
import { moment } from "./times.js";
import { openToken, verify } from "./token.js";

const BODY_CHARACTERS_MAX = 20_000;

export async function deliveryDetail(app, deliveryId, delivery) {
  if (deliveryId === null) {
    return empty(
      "Choose a delivery",
      el("p", {}, "Its attempts, its next retry, and its token, decoded layer by layer and verified in this browser."),
    );
  }
  if (!delivery) {
    return empty("No such delivery, or no longer", el("p", {}, foreign(deliveryId)));
  }
  const now = app.summary.clock.now;
  return [
    el("h2", {}, foreign(shortName(delivery.eventType))),
    el(
      "p",
      { class: "pills" },
      pill(delivery.status, TONES[delivery.status]),
      pill(delivery.subscription.format),
      delivery.chaos ? pill(`chaos: ${delivery.chaos}`, "warn") : null,
    ),
    el("p", { class: "buttons" }, button("Redeliver now", () => redeliver(app, delivery), { class: "primary", "data-key": "redeliver" })),
    facts(
      ["Receiver", foreign(delivery.subscription.url)],
      ["About", about(delivery)],
      ["Made", moment(delivery.createdAt)],
      ["Planned", next(delivery, app.summary.clock)],
      ["Id", el("code", {}, delivery.id)],
    ),
    el("h3", {}, `Attempts (${delivery.attempts.length})`),
    delivery.attempts.length === 0
      ? el("p", { class: "hint" }, "None yet. Under Controls the clock can be moved to the next one.")
      : el("ol", { class: "plain attempts-list" }, delivery.attempts.map(tried)),
    delivery.token === undefined ? bodyShown(delivery.body) : await tokenShown(app, delivery.token, now),
  ];
}

function about(delivery) {
  const link = el("a", { href: `#/orders/${encodeURIComponent(delivery.entityId)}` }, foreign(delivery.entityId));
  return delivery.eventType.startsWith("wix.ecom.") ? link : foreign(delivery.entityId);
}

function redeliver(app, delivery) {
  const path = `/deliveries/${encodeURIComponent(delivery.id)}/redeliver`;
  return attempt(
    () => app.plane.post(path),
    (answer) => {
      const last = answer.attempts.at(-1);
      return `Sent again: ${last.status ?? last.error}.`;
    },
  );
}

function tried(one) {
  const isGood = one.status === 200;
  const outcome = one.status === null ? foreign(one.error ?? "no answer") : `answered ${one.status}`;
  return el(
    "li",
    {},
    moment(one.at),
    " ",
    el("span", { class: `mark ${isGood ? "good" : "bad"}` }, isGood ? "✓ " : "✗ ", outcome),
    one.durationMs === null ? null : ` in ${one.durationMs} ms`,
    one.nextAt === null ? null : [", next ", moment(one.nextAt)],
  );
}

async function tokenShown(app, token, now) {
  const { verdict, tone } = await verify(token, app.manifest.publicKey, now);
  return [
    el("h3", {}, "Token"),
    el("p", { class: `verdict ${tone}` }, verdict),
    openToken(token).map(layerShown),
    el("details", { "data-key": "layer raw" }, el("summary", {}, "As it is sent"), code(cut(token), "The token")),
  ];
}

function layerShown({ name, meaning, value, problem }) {
  return el(
    "details",
    { open: name === "Event" || problem !== undefined, "data-key": `layer ${name}` },
    el("summary", {}, `${name} `, el("span", { class: "hint" }, problem === undefined ? meaning : "")),
    problem === undefined ? code(cut(JSON.stringify(value, null, 2)), name) : el("p", { class: "verdict bad" }, problem),
  );
}

function bodyShown(body) {
  let shown;
  try {
    shown = json(JSON.parse(body), "The body");
  } catch {
    shown = code(cut(body), "The body");
  }
  return [el("h3", {}, "Body"), el("p", { class: "hint" }, "This format carries no signature."), shown];
}

function cut(text) {
  const more = text.length - BODY_CHARACTERS_MAX;
  return more > 0 ? `${text.slice(0, BODY_CHARACTERS_MAX)}\n… and ${more} characters more` : text;
}
