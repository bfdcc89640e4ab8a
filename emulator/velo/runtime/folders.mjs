// The folders of the open sites, on the loader's thread. Registered once for each site: see Backend.open.
const folders = new Map();

export function initialize({ id, backend, shared }) {
  folders.set(id, { backend, shared });
}

// The folders of the site that a module belongs to, or undefined if it is no site's.
export function foldersOf(url) {
  return folders.get(siteOf(url));
}

// A site's modules carry the site and its version, as `?velo=SITE.VERSION`, and hand both on to what they import.
export function queryOf(url) {
  return /\?velo=\d+\.\d+$/.exec(url ?? "")?.[0] ?? "";
}

export function siteOf(url) {
  return Number(/^\?velo=(\d+)/.exec(queryOf(url))?.[1]);
}
