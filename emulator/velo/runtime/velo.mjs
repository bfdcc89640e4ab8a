// Runs a Velo site's backend code offline, against a running emulator. For test suites in Node:
//
//   const { startVelo } = await import(process.env.WIX_VELO_MODULE);   // `wix-emulator velo --module` prints it
//   const site = await startVelo("my-site", { url: "http://127.0.0.1:8949", siteId: "…" });
//   await site.call("backend/shipping.js:ship", [orderId]);
//   await site.close();
import { createHash } from "node:crypto";

import { Backend } from "./backend.mjs";
import { Cause } from "./causes.mjs";
import { Connection } from "./connection.mjs";
import { serve } from "./loopback.mjs";

const DEFAULT_URL = "http://127.0.0.1:8949";
const DEFAULT_SITE_ID = "5e7b1d60-0000-4000-8000-000000000949";
const HANDLER_TIMEOUT_MS = 30_000;

// Start the site in `directory`: its functions can be called, and, unless `events` is false, its events.js gets the
// events of the emulator's site. `onEvent({ label, handler, event, error })` is told about each. A handler that takes
// longer than `handlerTimeoutMs` has failed, and the next event is handled. Rejects if no emulator answers.
export async function startVelo(directory, options = {}) {
  const { url = process.env.WIX_API_BASE_URL, siteId = process.env.WIX_SITE_ID, events = true } = options;
  const connection = new Connection(url ?? DEFAULT_URL, siteId ?? DEFAULT_SITE_ID);
  const manifest = await connection.request("GET", "/_emulator/manifest");
  connection.apiKey = options.apiKey ?? manifest.apiKey;
  const site = new VeloSite(new Backend(directory, connection), connection, options);
  if (events) await site.subscribe();
  return site;
}

class VeloSite {
  #backend;
  #connection;
  #onEvent;
  #handlerTimeoutMs;
  #server;
  #subscription;
  #queue = Promise.resolve();
  #unanswered = new Map();

  constructor(backend, connection, { onEvent = tell, handlerTimeoutMs = HANDLER_TIMEOUT_MS }) {
    this.#backend = backend;
    this.#connection = connection;
    this.#onEvent = onEvent;
    this.#handlerTimeoutMs = handlerTimeoutMs;
  }

  get folder() {
    return this.#backend.folder;
  }

  // Have the events of the emulator's site from now on.
  async subscribe() {
    this.#server = await serve({ events: (body, isWaiting) => this.#receive(body, isWaiting) });
    const subscription = { url: `${this.#server.url}/events`, format: "velo" };
    this.#subscription = await this.#connection.request("POST", "/_emulator/webhooks", subscription);
  }

  // What the function, such as `backend/shipping.js:ship`, resolves to. Rejects as it does.
  async call(name, given = []) {
    return new Cause("").run(async () => (await this.#backend.function(name))(...given));
  }

  // The names of the handlers that events.js exports.
  async handlers() {
    return Object.keys(await this.#backend.handlers());
  }

  // The names of the handlers that the emulator has events for.
  async knownHandlers() {
    const { eventTypes } = await this.#connection.request("GET", "/_emulator/manifest");
    return eventTypes.map(({ handler }) => handler);
  }

  // The triggered e-mails that the site's code has sent, oldest first: { at, emailId, contactId, variables }.
  async emails() {
    return (await this.#connection.request("GET", "/_emulator/emails")).emails;
  }

  // Have no more events, and let go of the files.
  async close() {
    if (this.#subscription) {
      const unsubscribed = this.#connection.request("DELETE", `/_emulator/webhooks/${this.#subscription.id}`);
      await unsubscribed.catch(() => {}); // the emulator may have gone first
      this.#server.close();
      await this.#queue;
    }
    this.#backend.close();
  }

  // One event after the other, each awaited. An error is a failed delivery (R508). The emulator does not wait for a slow
  // handler, but sends the event again: then that handler's success counts, and it does not run once more.
  async #receive(body, isWaiting) {
    const key = createHash("sha256").update(JSON.stringify(body)).digest("hex");
    if (!this.#unanswered.has(key)) this.#unanswered.set(key, this.#queued(body));
    const answer = await this.#unanswered.get(key);
    if (isWaiting() || answer.status !== 200) this.#unanswered.delete(key);
    return answer;
  }

  #queued(body) {
    this.#queue = this.#queue.then(() => this.#handle(body));
    return this.#queue;
  }

  async #handle(body) {
    const { handler, event } = body ?? {};
    const label = `${handler} ${event?.metadata?.entityId ?? event?.orderNumber}`;
    let error, isHandled;
    await new Cause(label).run(async () => {
      try {
        const handlers = await this.#backend.handlers();
        isHandled = Object.hasOwn(handlers, handler);
        if (isHandled) await within(this.#handlerTimeoutMs, handler, handlers[handler](event));
      } catch (thrown) {
        error = thrown instanceof Error ? thrown : new Error(`${handler} threw ${thrown}`);
      }
    });
    if (isHandled || error) this.#tell({ label, handler, event, error });
    return { status: error ? 500 : 200 };
  }

  #tell(outcome) {
    try {
      this.#onEvent(outcome);
    } catch (error) {
      console.error(error);
    }
  }
}

async function within(milliseconds, handler, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${handler} took more than ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function tell({ error }) {
  if (error) console.error(error);
}
