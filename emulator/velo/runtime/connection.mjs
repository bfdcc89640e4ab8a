// The emulator as a site's code calls it: which one, for which site, and its refusals as errors.
import { currentCause } from "./causes.mjs";
import { siteOf } from "./folders.mjs";

const TIMEOUT_MS = 60_000;
const WIRE_NAMES = { _id: "id", _createdDate: "createdDate", _updatedDate: "updatedDate" };
const VELO_NAMES = Object.fromEntries(Object.entries(WIRE_NAMES).map(([velo, wire]) => [wire, velo]));

const connections = new Map();

// A call that was refused, with the details of the answer: `details.applicationError` or `details.validationError`
// (R506).
export class WixError extends Error {
  constructor(message, { details, status, requestId }) {
    super(message);
    this.details = details;
    this.status = status;
    this.requestId = requestId;
  }
}
Object.defineProperty(WixError.prototype, "name", { value: "WixError" });

export class Connection {
  // Sent with every call, once it is known.
  apiKey = undefined;

  constructor(url, siteId) {
    this.url = url.replace(/\/+$/, "");
    this.siteId = siteId;
  }

  // Call the emulated API, in Velo's names (R504). `fieldNames` says what the function calls the fields of the request.
  async call(method, path, body, fieldNames = []) {
    return inVelo(await this.request(method, path, body && onTheWire(body), fieldNames));
  }

  async request(method, path, body, fieldNames = []) {
    const exchanged = this.#exchange(method, path, body);
    currentCause()?.watch(exchanged);
    const { status, requestId, text } = await exchanged;
    const answer = parsed(text);
    if (status !== 200) throw refused(answer, status, requestId, fieldNames);
    return answer;
  }

  async #exchange(method, path, body) {
    const headers = { "wix-site-id": this.siteId };
    const token = process.env.WIX_EMULATOR_CONTROL_TOKEN;
    if (token && path.startsWith("/_emulator/")) headers["x-emulator-token"] = token;
    if (this.apiKey) headers.authorization = this.apiKey;
    if (body !== undefined) headers["content-type"] = "application/json";
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let response;
    try {
      response = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body), signal });
    } catch (error) {
      throw new Error(`no emulator answers at ${this.url} (${error.cause?.message || error.message})`);
    }
    const requestId = response.headers.get("x-wix-request-id") ?? undefined;
    return { status: response.status, requestId, text: await response.text() };
  }
}

export function connect(site, connection) {
  connections.set(site, connection);
}

export function disconnect(site) {
  connections.delete(site);
}

// The connection of the site for which this copy of a module was loaded.
export function connectionOf(moduleUrl) {
  const connection = connections.get(siteOf(moduleUrl));
  if (!connection) throw new Error("the site is closed");
  return connection;
}

// The argument as part of a path. An absent one is refused as the API would.
export function required(value, field) {
  if (typeof value === "string" && value) return encodeURIComponent(value);
  const violation = { field, description: "must not be empty", violatedRule: "REQUIRED_FIELD" };
  const details = { validationError: { fieldViolations: [violation] } };
  throw new WixError(`${field} must not be empty`, { details, status: 400 });
}

function inVelo(value) {
  return renamed(value, VELO_NAMES);
}

function onTheWire(value) {
  return renamed(value, WIRE_NAMES);
}

function renamed(value, names) {
  if (Array.isArray(value)) return value.map((one) => renamed(one, names));
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [names[key] ?? key, renamed(one, names)]));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text, details: {} };
  }
}

function refused({ message = "", details = {} }, status, requestId, fieldNames) {
  const { applicationError, validationError } = details;
  if (validationError) {
    const inItsNames = (violation) => ({ ...violation, field: named(violation.field, fieldNames) });
    const fieldViolations = validationError.fieldViolations.map(inItsNames);
    message = fieldViolations.map(({ field, description }) => `${field} ${description}`.trim()).join("; ");
    return new WixError(message, { details: { validationError: { fieldViolations } }, status, requestId });
  }
  // An answer without a code has its status instead, as in the SDK.
  const error = applicationError ?? { code: status, description: message, data: {} };
  return new WixError(message || `HTTP ${status}`, { details: { applicationError: error }, status, requestId });
}

// The field as the function's own arguments call it: the first name that fits. Ids and dates get Velo's names.
function named(field, fieldNames) {
  const fits = (name) => field.startsWith(name) && /^($|[.[])/.test(field.slice(name.length));
  const [wire, own] = fieldNames.find(([name]) => fits(name)) ?? ["", ""];
  return own + field.slice(wire.length).replace(/\b(id|createdDate|updatedDate)\b/g, "_$1");
}
