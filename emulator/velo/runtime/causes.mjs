// What the running code runs for: a call, or an event. Its output and its calls to the emulator are known by it.
import { AsyncLocalStorage } from "node:async_hooks";

const causes = new AsyncLocalStorage();

export class Cause {
  #pending = new Set();

  constructor(label) {
    this.label = label;
  }

  // Run the work for this cause; what it leaves running at the emulator is awaited too, as a handler may forget it.
  async run(work) {
    return causes.run(this, async () => {
      try {
        return await work();
      } finally {
        await this.#settled();
      }
    });
  }

  async #settled() {
    do {
      await Promise.allSettled(this.#pending);
      await new Promise(setImmediate); // what was awaited may go on, and call again
    } while (this.#pending.size);
  }

  watch(promise) {
    this.#pending.add(promise);
    const forget = () => this.#pending.delete(promise);
    promise.then(forget, forget);
  }
}

export function currentCause() {
  return causes.getStore();
}
