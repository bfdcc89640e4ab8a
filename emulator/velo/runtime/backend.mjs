// A site's backend folder: its functions and its event handlers, always those of the files as they are now.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { register } from "node:module";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { connect, disconnect } from "./connection.mjs";
import { located } from "./errors.mjs";

const MODULES = new Set([".js", ".jsw", ".mjs"]);
const CODE = new Set([...MODULES, ".cjs", ".json"]);
const HANDLER = /^wix[A-Z]\w*_on[A-Z]/;
const EVENTS = "events.js";

register("./hooks.mjs", import.meta.url);
let opened = 0;

export class Backend {
  #site = ++opened;
  #version = 0;
  #digest = "";

  // `directory` holds `backend/`, or is it. Throws if there is no code in it.
  constructor(directory, connection) {
    const given = resolve(directory);
    this.folder = existsSync(join(given, "backend")) ? join(given, "backend") : given;
    this.shared = join(dirname(this.folder), "public");
    if (basename(this.folder) !== "backend" && ![...files(this.folder)].length) {
      throw new Error(`${given} holds neither a folder backend/ nor code`);
    }
    register("./folders.mjs", import.meta.url, { data: { id: this.#site, backend: this.folder, shared: this.shared } });
    connect(this.#site, connection);
  }

  close() {
    disconnect(this.#site);
  }

  // The exported function, such as `backend/shipping.js:ship`. `backend/` may be left out.
  async function(name) {
    const [, file, exported] = /^(?:backend\/)?(.+):([^:]+)$/.exec(name) ?? [];
    if (!file) throw new Error(`"${name}" is not FILE:FUNCTION, such as backend/shipping.js:ship`);
    const path = join(this.folder, file);
    if (!existsSync(path)) throw new Error(`there is no ${file} in ${this.folder}`);
    const module = await this.#load(path);
    if (typeof module[exported] === "function") return module[exported];
    const others = names(module).join(", ") || "none";
    throw new Error(`backend/${file} exports no function ${exported}; it exports ${others}`);
  }

  // The handlers that events.js exports, by name; none if there is no events.js.
  async handlers() {
    const path = join(this.folder, EVENTS);
    if (!existsSync(path)) return {};
    const exported = Object.entries(await this.#load(path));
    return Object.fromEntries(exported.filter(([name, value]) => HANDLER.test(name) && typeof value === "function"));
  }

  // A module's cache is its URL: with any change of any file, all of the site's modules get new ones.
  async #load(path) {
    const digest = digestOf([this.folder, this.shared]);
    if (digest !== this.#digest) {
      this.#digest = digest;
      this.#version += 1;
    }
    try {
      return await import(`${pathToFileURL(path).href}?velo=${this.#site}.${this.#version}`);
    } catch (error) {
      throw located(error, [...files(this.folder), ...files(this.shared)].filter((file) => MODULES.has(extname(file))));
    }
  }
}

function names(module) {
  return Object.keys(module).filter((name) => typeof module[name] === "function");
}

function digestOf(folders) {
  const digest = createHash("sha256");
  for (const folder of folders) {
    for (const path of files(folder)) digest.update(relative(folder, path)).update("\0").update(source(path));
  }
  return digest.digest("hex");
}

function source(path) {
  try {
    return readFileSync(path);
  } catch {
    return "gone since it was listed";
  }
}

// The code under the folder, in a fixed order, without packages and hidden files.
function* files(folder) {
  if (!existsSync(folder)) return;
  const entries = readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (CODE.has(extname(entry.name))) yield path;
  }
}
