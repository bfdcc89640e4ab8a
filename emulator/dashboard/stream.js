// The control plane's event stream, and how often its news are acted upon.

const KINDS = ["request", "delivery", "order", "control", "lost"];

/** Tell what happens. `onOpen` is called on each connection: what happened before it was not told. */
export function follow(url, { onOpen, onEvent, onBreak }) {
  const source = new EventSource(url);
  source.addEventListener("hello", onOpen);
  source.addEventListener("error", onBreak);
  for (const kind of KINDS) {
    source.addEventListener(kind, (message) => onEvent(kind, JSON.parse(message.data)));
  }
}

/** A function that has `work` done soon, once for many calls, and never twice at the same time. */
export function soon(work, delayMs) {
  let isPlanned = false;
  let isBusy = false;
  const run = async () => {
    isPlanned = false;
    isBusy = true;
    try {
      await work();
    } finally {
      isBusy = false;
      if (isPlanned) {
        setTimeout(run, delayMs);
      }
    }
  };
  return () => {
    if (!isPlanned) {
      isPlanned = true;
      if (!isBusy) {
        setTimeout(run, delayMs);
      }
    }
  };
}
