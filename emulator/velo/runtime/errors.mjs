// Errors as their reader wants them: where in the site's code, without the steps of our own.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const OURS = new URL(".", import.meta.url).href;

// Text without the version that a module's URL carries, and without the lines of a stack that are not the site's.
export function plain(text) {
  const isForeign = (line) => /^\s+at /.test(line) && (line.includes(OURS) || line.includes("node:internal"));
  const lines = text.replace(/\?velo=\d+\.\d+/g, "").split("\n");
  return lines.filter((line) => !isForeign(line)).join("\n");
}

// The error of an import. Node does not say which file a SyntaxError is in: this looks for it among those files.
export function located(error, files) {
  if (!(error instanceof SyntaxError) || error.stack.includes("file://")) return error;
  for (const file of files) {
    const check = ["--input-type=module", "--check", "-"];
    const checked = spawnSync(process.execPath, check, { input: readFileSync(file), encoding: "utf8", env: {} });
    if (checked.status) return inFile(file, error, checked.stderr.split("\n"));
  }
  return error;
}

// What Node prints is: where, the line, and a mark below it.
function inFile(file, error, [where, line, mark]) {
  const place = `${file}:${/\d+$/.exec(where)?.[0]}`;
  const message = `${place} ${error.message}`;
  const stack = `SyntaxError: ${message}\n${line}\n${mark}\n    at ${place}`;
  return Object.assign(new SyntaxError(message), { stack });
}
