// Finds what a Velo site's backend code imports: Wix's modules, `backend/…`, `public/…`, and files by half their name.
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, relative, resolve as resolvePath, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { foldersOf, queryOf } from "./folders.mjs";

const MODULES = new Map([
  ["wix-ecom-backend", "wix-ecom-backend.mjs"],
  ["wix-crm-backend", "wix-crm-backend.mjs"],
  ["wix-auth", "wix-auth.mjs"],
  ["wix-web-module", "wix-web-module.mjs"],
  ["@wix/essentials", "wix-essentials.mjs"],
]);
const ENDINGS = ["", ".js", ".web.js", ".jsw", ".mjs"];
const CODE = new Set([".js", ".jsw", ".mjs"]);
const OURS = new URL(".", import.meta.url).href;

export async function resolve(specifier, context, nextResolve) {
  const query = queryOf(specifier) || queryOf(context.parentURL);
  const folders = foldersOf(query);
  if (!folders || context.parentURL?.startsWith(`${OURS}modules/`)) return nextResolve(specifier, context);
  if (MODULES.has(specifier)) return found(`${OURS}modules/${MODULES.get(specifier)}${query}`);
  if (specifier.startsWith("file:")) return found(specifier);
  const path = pathOf(specifier, context.parentURL, folders);
  if (path) return found(pathToFileURL(existing(path, specifier)).href + query);
  return installed(specifier, context, nextResolve);
}

export async function load(url, context, nextLoad) {
  // Everything of a site is a module, whatever a package.json says; `.jsw` is JavaScript too.
  if (!foldersOf(url) || url.startsWith(OURS)) return nextLoad(url, context);
  const path = fileURLToPath(url);
  if (!CODE.has(extname(path))) return nextLoad(url, context);
  return { format: "module", source: await readFile(path), shortCircuit: true };
}

function found(url) {
  return { url, shortCircuit: true };
}

// Where a specifier of the site's own points to, or undefined if it names a package.
function pathOf(specifier, parentURL, { backend, shared }) {
  if (specifier.startsWith("backend/")) return within(backend, specifier.slice("backend/".length));
  if (specifier.startsWith("public/")) return within(shared, specifier.slice("public/".length));
  if (/^\.{0,2}\//.test(specifier)) return resolvePath(dirname(fileURLToPath(parentURL)), specifier);
}

function within(folder, name) {
  const path = join(folder, name);
  if (relative(folder, path).startsWith("..")) throw new Error(`${name} leads out of ${folder}`);
  return path;
}

function existing(path, specifier) {
  const candidates = [...ENDINGS.map((ending) => path + ending), join(path, "index.js")];
  const file = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
  if (file) return file;
  const folder = dirname(path) + sep;
  const tried = candidates.map((candidate) => candidate.replace(folder, "")).join(", ");
  throw new Error(`no module "${specifier}": there is no ${tried} in ${folder}`);
}

async function installed(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!/^(wix-|@wix\/)/.test(specifier)) throw error;
    const importer = context.parentURL ? ` (imported by ${fileURLToPath(context.parentURL)})` : "";
    throw new Error(`no module "${specifier}" offline${importer}; there are ${[...MODULES.keys()].sort().join(", ")}`);
  }
}
