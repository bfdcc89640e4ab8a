// The process that `wix-emulator velo` and the Python API start. It runs until its standard input ends.
// Standard output has one line of JSON: where calls are taken, or what went wrong. People read standard error.
import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect, parseArgs } from "node:util";

import { currentCause } from "./causes.mjs";
import { plain } from "./errors.mjs";
import { serve } from "./loopback.mjs";
import { startVelo } from "./velo.mjs";

const OUTPUT_LINES_MAX = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;

const output = [];
const inspectOptions = { depth: 10, colors: false };
globalThis.console = new Console({ stdout: shown(), stderr: shown(), inspectOptions });
process.on("unhandledRejection", (error) => console.error("not handled:", error));
process.on("uncaughtException", (error) => console.error("not caught:", error));
process.on("SIGINT", () => {}); // of the terminal; whoever started this process ends it

const text = { type: "string" };
const { values: given } = parseArgs({
  options: { directory: text, url: text, site: text, events: { type: "boolean", default: false } },
});
try {
  const { directory, url, events } = given;
  const site = await startVelo(directory, { url, siteId: given.site, events, onEvent: told });
  const server = await serve({
    call: async ({ function: name, arguments: list }) => ({ status: 200, body: await outcome(site, name, list) }),
    output: async () => ({ status: 200, body: { output } }),
  });
  announce({ address: server.url, folder: site.folder, ...(events && (await handlersOf(site))) });
  process.stdin.on("end", async () => {
    setTimeout(() => process.exit(0), CLOSE_TIMEOUT_MS); // whatever a handler still waits for
    await site.close();
    process.exit(0);
  });
  process.stdin.resume();
} catch (error) {
  announce({ error: error.message });
  process.exit(1);
}

function announce(facts) {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
  process.stdout.write = process.stderr.write.bind(process.stderr); // whatever the site's code prints is for people
}

async function handlersOf(site) {
  try {
    const [handlers, known] = [await site.handlers(), await site.knownHandlers()];
    return { handlers, unknownHandlers: handlers.filter((one) => !known.includes(one)), knownHandlers: known };
  } catch (error) {
    console.error(error);
    return { handlers: [] };
  }
}

async function outcome(site, name, list) {
  try {
    const result = await site.call(name, list);
    JSON.stringify(result);
    return { result: result ?? null };
  } catch (error) {
    return { error: described(error) };
  }
}

function described(error) {
  if (!(error instanceof Error)) return { message: String(error), stack: "" };
  return { message: `${error.name}: ${error.message}`, stack: plain(error.stack), details: error.details ?? null };
}

function told({ label, event, error }) {
  if (error) show(inspect(error), label);
  const id = event?.metadata?.id ? ` (event ${event.metadata.id})` : "";
  write(`${label} -> ${error ? 500 : 200}${id}`);
}

// A stream that puts the event that caused it before each line.
function shown() {
  return new Writable({
    decodeStrings: false,
    write(text, encoding, done) {
      show(text.replace(/\n$/, ""), currentCause()?.label);
      done();
    },
  });
}

function show(text, label) {
  for (const line of plain(text).split("\n")) write(label ? `${label} | ${line}` : line);
}

function write(line) {
  output.push(line);
  if (output.length > OUTPUT_LINES_MAX) output.shift();
  process.stderr.write(`${line}\n`);
}
