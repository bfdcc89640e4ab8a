// Moments and durations, in the site's time and in UTC, as Wix writes them.

import { el } from "./elements.js";

/** The time of day, with the date if it is another one than `now` has. */
export function moment(text, now = null) {
  const [date, time] = text.split("T");
  const isToday = now !== null && now.startsWith(date);
  const shown = `${isToday ? "" : `${date} `}${time.slice(0, 8)}`;
  return el("time", { datetime: text, title: `${text} (UTC, the site's clock)` }, shown);
}

/** When it is planned; beside a clock that stands, how far off that is. */
export function planned(text, clock) {
  return [moment(text, clock.now), clock.mode === "manual" ? ` (${distance(text, clock.now)})` : ""];
}

/** How far off, such as `in 9 min` or `3 h ago`. */
function distance(text, now) {
  const seconds = Math.round((Date.parse(text) - Date.parse(now)) / 1000);
  const words = duration(Math.abs(seconds));
  return seconds >= 0 ? `in ${words}` : `${words} ago`;
}

function duration(seconds) {
  for (const [unit, size] of [["d", 86_400], ["h", 3_600], ["min", 60]]) {
    if (seconds >= size) {
      return `${Math.round((seconds / size) * 10) / 10} ${unit}`;
    }
  }
  return `${seconds} s`;
}
