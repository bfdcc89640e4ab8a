// Elements of the page. Text goes in as text only: nothing here reads HTML.

/**
 * An element with attributes, listeners (functions, by event name), and children: nodes, texts, lists of them.
 * An attribute that is null, undefined or false is left out.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter(isChild).map(asNode));
  return element;
}

/** Text that somebody else wrote: of any direction and length. */
export function foreign(text, tag = "bdi") {
  return el(tag, { dir: "auto", class: "foreign" }, text ?? "");
}

export function button(label, onClick, attributes = {}) {
  return el("button", { type: "button", click: onClick, ...attributes }, label);
}

export function pill(text, tone = "plain") {
  return el("span", { class: `pill ${tone}` }, text);
}

/** A link to elsewhere, if it is one to the web; else just its text. */
export function webLink(url, label) {
  if (!/^https?:\/\//i.test(url)) {
    return foreign(label);
  }
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", class: "foreign" }, label);
}

/** Facts as a list of terms; a fact without a value is left out. */
export function facts(...pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el(
    "dl",
    { class: "facts" },
    known.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))),
  );
}

/**
 * Put these nodes in place of the container's. The focus stays on the element of the same `data-key`, and so do
 * open details.
 */
export function swap(container, ...nodes) {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const toggled = new Map(
    [...container.querySelectorAll("details[data-key]")].map((details) => [details.dataset.key, details.open]),
  );
  container.replaceChildren(...nodes.flat(Infinity).filter(isChild).map(asNode));
  for (const details of container.querySelectorAll("details[data-key]")) {
    details.open = toggled.get(details.dataset.key) ?? details.open;
  }
  if (focused !== undefined) {
    container.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

function isChild(child) {
  return child !== null && child !== undefined && child !== false;
}

function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}
