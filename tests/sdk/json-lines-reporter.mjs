// A reporter for node:test: one line of JSON for each finished test, for pytest to read.
import { inspect } from "node:util";

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === "test:pass" || type === "test:fail") {
      const error = data.details.error;
      yield `${JSON.stringify({ name: data.name, failure: error ? inspect(error.cause ?? error) : null })}\n`;
    }
  }
}
