// For createClient({ fetch: emulatorFetch, … }): the SDK's calls go to the emulator instead of Wix.
const emulator = process.env.WIX_API_BASE_URL ?? "http://127.0.0.1:8949";

export function emulatorFetch(url, options) {
  return fetch(String(url).replace("https://www.wixapis.com", emulator), options);
}
