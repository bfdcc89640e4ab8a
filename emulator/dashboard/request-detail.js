// One request, explained: what was asked, what came of it, and why it was refused.

import { code, json } from "./code.js";
import { el, facts, foreign, pill } from "./elements.js";
import { empty } from "./split.js";
import { moment } from "./times.js";
import { shortName } from "./delivery-parts.js";

const VALUE_CHARACTERS_MAX = 2_000;
const ERROR_STATUS_MIN = 400;
const ENDINGS = { connectionDropped: "connection dropped", clientGone: "client went away" };

export function requestDetail(requestId, request) {
  if (requestId === null) {
    return empty(
      "Choose a request",
      el("p", {}, "What was asked, what was not read, what it changed and caused; and of a refusal the rule, its evidence, and how to fix it."),
    );
  }
  if (!request) {
    return empty("The journal has no such request, or no longer", el("p", {}, foreign(requestId)));
  }
  return [
    el("h2", {}, request.operation ?? "Unknown path"),
    el("p", { class: "pills" }, statusPill(request)),
    el("p", { class: "path" }, el("code", {}, `${request.method} `, foreign(request.path))),
    request.refusal ? refusalShown(request.refusal) : null,
    (request.itemRefusals ?? []).map(refusalShown),
    request.failure ? [el("h3", {}, "A fault of the emulator's own"), code(request.failure, "Traceback")] : null,
    request.fault ? el("p", { class: "verdict warn" }, "A planned fault did this: ", JSON.stringify(request.fault.effect)) : null,
    doubts(request),
    request.changes.map(changeShown),
    eventsShown(request.events),
    bodies(request),
    facts(
      ["At", moment(request.at)],
      ["Took", request.durationMs === null ? null : `${request.durationMs} ms`],
      ["Request id", el("code", {}, request.requestId)],
    ),
  ];
}

export function statusPill(request) {
  if (request.status === null) {
    return pill(ENDINGS[request.ending] ?? "in progress", "warn");
  }
  return pill(String(request.status), request.status >= ERROR_STATUS_MIN ? "bad" : "good");
}

function refusalShown(refusal) {
  return el(
    "section",
    { class: "card refusal", "aria-label": "Why it was refused" },
    el("h3", {}, "Refused: ", refusal.code),
    refusal.violations === undefined
      ? [el("p", { class: "foreign message", dir: "auto" }, refusal.message), ruleShown(refusal.rule)]
      : el("ul", { class: "plain" }, refusal.violations.map(violationShown)),
    el("p", {}, el("strong", {}, "How to fix it: "), refusal.howToFix),
    refusal.violations !== undefined || Object.keys(refusal.values ?? {}).length === 0
      ? null
      : facts(...Object.entries(refusal.values).map(([name, value]) => [name, foreign(shown(value))])),
  );
}

function violationShown(violation) {
  return el(
    "li",
    {},
    el("code", {}, violation.field || "(the body)"),
    " ",
    foreign(violation.description),
    " ",
    pill(violation.violatedRule),
    ruleShown(violation.rule),
  );
}

function ruleShown(rule) {
  return el(
    "div",
    { class: "rule" },
    el("p", {}, el("strong", {}, `Rule ${rule.id} `), pill(rule.evidence, rule.evidence === "inferred" ? "warn" : "good")),
    el("p", {}, rule.statement),
    el("p", { class: "sub" }, `Evidence: ${rule.source}`, rule.setting ? ` · setting ${rule.setting}` : ""),
  );
}

function doubts(request) {
  if (request.unreadFields.length + request.warnings.length === 0) {
    return null;
  }
  const unread = request.unreadFields.map(({ field, didYouMean }) =>
    el("li", {}, foreign(field, "code"), " was not read", didYouMean ? [": did you mean ", foreign(didYouMean, "code"), "?"] : ""),
  );
  const warnings = request.warnings.map(({ field, message }) => el("li", {}, foreign(field, "code"), " ", message));
  return [el("h3", {}, "Not read, or doubtful"), el("ul", { class: "plain doubts" }, unread, warnings)];
}

function changeShown({ orderId, differences }) {
  const rows = differences.map(({ path, before, after }) =>
    el("tr", {}, el("th", { scope: "row" }, foreign(path, "code")), el("td", {}, valueShown(before)), el("td", {}, valueShown(after))),
  );
  return [
    el("h3", {}, "Changed order ", el("a", { href: `#/orders/${encodeURIComponent(orderId)}` }, foreign(orderId))),
    differences.length === 0
      ? el("p", { class: "hint" }, "Nothing that an answer shows.")
      : el(
          "div",
          { class: "table", tabindex: "0", role: "region", "aria-label": "Differences" },
          el(
            "table",
            {},
            el("thead", {}, el("tr", {}, ["Field", "Before", "After"].map((name) => el("th", { scope: "col" }, name)))),
            el("tbody", {}, rows),
          ),
        ),
  ];
}

function valueShown(value) {
  return value === undefined ? el("span", { class: "hint" }, "absent") : foreign(shown(value), "code");
}

function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text;
}

function eventsShown(events) {
  if (events.length === 0) {
    return null;
  }
  return [
    el("h3", {}, "Events that it caused"),
    el(
      "ul",
      {},
      events.map((event) =>
        el(
          "li",
          {},
          `${shortName(event.eventType)} #${event.entityEventSequence} `,
          event.deliveries.length === 0 ? el("span", { class: "hint" }, "nobody listens") : null,
          event.deliveries.map((one, index) => [
            el("a", { href: `#/webhooks/${encodeURIComponent(one.id)}` }, `delivery ${index + 1}: ${one.status}`),
            " ",
          ]),
        ),
      ),
    ),
  ];
}

function bodies(request) {
  const { headers, query, body } = request.request;
  return [
    body === null ? null : block("The request's body", body, true),
    block("The answer", request.response.body, request.status === null || request.status < ERROR_STATUS_MIN),
    Object.keys(query).length === 0 ? null : block("The query", query, true),
    block("The request's headers", headers, false),
  ];
}

function block(title, value, isOpen) {
  return el("details", { open: isOpen, "data-key": title }, el("summary", {}, title), json(value, title));
}
