// The sites that are alive, and the way to another one.

import { card } from "./card.js";
import { field } from "./dialogs.js";
import { el, foreign } from "./elements.js";

const SITES_SHOWN = 20;

export function sitesCard(app) {
  const name = field("Open another site", { maxlength: 100, pattern: "[ -~]+", required: true, autocomplete: "off" }, {
    hint: "It comes to life when it is first named, as a fresh copy of the seed.",
  });
  const open = el(
    "form",
    {
      submit: (event) => {
        event.preventDefault();
        location.assign(siteUrl(name.input.value));
      },
    },
    name.element,
    el("button", { type: "submit" }, "Open"),
  );
  return card("Sites", async () => shown(app, (await app.plane.get("/sites")).sites), open);
}

export function siteUrl(siteId) {
  return `/_emulator?site=${encodeURIComponent(siteId)}${location.hash}`;
}

function shown(app, sites) {
  const newest = sites.slice(-SITES_SHOWN).reverse();
  return [
    el("p", { class: "hint" }, "Sites share nothing: neither orders nor clock, faults, journal or receivers."),
    el("ul", { class: "plain" }, newest.map(({ id, isDefault }) => listed(app, id, isDefault))),
    sites.length > SITES_SHOWN ? el("p", { class: "hint" }, `and ${sites.length - SITES_SHOWN} more`) : null,
  ];
}

function listed(app, id, isDefault) {
  const isShown = id === app.client.siteId;
  return el(
    "li",
    {},
    isShown ? el("strong", {}, foreign(id)) : el("a", { href: siteUrl(id), "data-key": `site ${id}` }, foreign(id)),
    isShown ? " (this one)" : "",
    isDefault ? " (default)" : "",
  );
}
