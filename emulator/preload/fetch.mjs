// Loaded with NODE_OPTIONS=--import=…: every fetch of https://www.wixapis.com goes to the emulator at WIX_API_BASE_URL
// instead, so that code which uses the Wix SDK runs against the emulator unchanged.
const WIX = "https://www.wixapis.com";
const emulator = process.env.WIX_API_BASE_URL?.replace(/\/+$/, "");
const original = globalThis.fetch;

if (emulator && original) {
  globalThis.fetch = function fetch(input, init) {
    const url = input instanceof Request ? input.url : String(input);
    if (url !== WIX && !url.startsWith(`${WIX}/`)) return original(input, init);
    const target = emulator + url.slice(WIX.length);
    return original(input instanceof Request ? new Request(target, input) : target, init);
  };
}
