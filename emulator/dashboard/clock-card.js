// The site's clock: where it stands, and how to move it.

import { card } from "./card.js";
import { button, el, facts } from "./elements.js";
import { field } from "./dialogs.js";
import { attempt } from "./notices.js";
import { moment, planned } from "./times.js";

const HOUR_S = 3_600;
const DAY_S = 86_400;
const ROUNDING_S = 0.002; // moments are printed in milliseconds; what is due must be due then

export function clockCard(app) {
  const { plane } = app;
  const until = field("Stop the clock at", { placeholder: "2026-01-01T00:00:00Z", autocomplete: "off" });
  const set = el(
    "form",
    {
      submit: (event) => {
        event.preventDefault();
        attempt(() => plane.put("/clock", JSON.stringify({ now: until.input.value.trim() })), "Set the clock.");
      },
    },
    until.element,
    el("button", { type: "submit" }, "Set"),
  );
  return card("Clock", async () => shown(plane, await plane.get("/summary")), set);
}

function shown(plane, { clock, nextAttemptAt, nextStepAt }) {
  const isManual = clock.mode === "manual";
  return [
    facts(
      ["Now", isManual ? [moment(clock.now), ", until it is moved"] : "the system's time"],
      ["Next retry", nextAttemptAt && planned(nextAttemptAt, clock)],
      ["Next step", nextStepAt && planned(nextStepAt, clock)],
    ),
    el("p", { class: "hint" }, "Moving the clock sends what falls due on the way, and then it stands."),
    el(
      "p",
      { class: "buttons" },
      button("An hour on", () => advance(plane, HOUR_S), { "data-key": "hour" }),
      button("A day on", () => advance(plane, DAY_S), { "data-key": "day" }),
      button("To the next retry", () => advance(plane, secondsUntil(nextAttemptAt, clock.now)), {
        disabled: nextAttemptAt === null,
        "data-key": "retry",
      }),
      isManual ? button("Follow the system", () => follow(plane), { "data-key": "system" }) : null,
    ),
  ];
}

function secondsUntil(later, now) {
  return Math.max((Date.parse(later) - Date.parse(now)) / 1000, 0) + ROUNDING_S;
}

function advance(plane, seconds) {
  return attempt(
    () => plane.post("/clock/advance", { seconds }),
    ({ delivered, failed, waiting }) => `Moved the clock: ${delivered} delivered, ${failed} failed, ${waiting} waiting.`,
  );
}

function follow(plane) {
  return attempt(() => plane.put("/clock", JSON.stringify({ mode: "system" })), "The clock runs again.");
}
