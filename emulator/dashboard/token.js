// A webhook's token: its layers, and whether its signature fits the app's public key. Nothing leaves the browser.

/** The layers, outermost first; the last one may be a problem instead of a value. */
export function openToken(token) {
  const parts = token.split(".");
  if (parts.length !== 3) {
    return [{ name: "Token", problem: `has ${parts.length} parts, expected 3: header.claims.signature` }];
  }
  const layers = [];
  const header = layer(layers, "Header", "says how the token is signed, and with which key", () => text(parts[0]));
  const claims = header && layer(layers, "Claims", "what was signed; data is the next layer, as a string", () => text(parts[1]));
  const envelope =
    claims && layer(layers, "Envelope", "claims.data parsed: whose event it is; data is the next layer, as a string", () => claims.data);
  if (envelope) {
    layer(layers, "Event", "envelope.data parsed: what happened", () => envelope.data);
  }
  return layers;
}

/** `{ verdict, tone }`: whether a receiver may trust the token. */
export async function verify(token, publicPem, now) {
  if (!globalThis.crypto?.subtle) {
    return { verdict: "Not verified: browsers verify on localhost or over https only", tone: "warn" };
  }
  const [header, claims, signature] = token.split(".");
  try {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("spki", der(publicPem), algorithm, false, ["verify"]);
    const signed = new TextEncoder().encode(`${header}.${claims}`);
    if (!(await crypto.subtle.verify(algorithm, key, bytes(signature ?? ""), signed))) {
      return { verdict: "Not verified: the signature does not fit the app's public key", tone: "bad" };
    }
    const { exp } = JSON.parse(text(claims));
    return exp * 1000 > Date.parse(now)
      ? { verdict: "Verified: the signature fits the app's public key", tone: "good" }
      : { verdict: `Not valid any more: the signature fits, but it expired at ${new Date(exp * 1000).toISOString()}`, tone: "bad" };
  } catch {
    return { verdict: "Not verified: it is no complete token", tone: "bad" };
  }
}

function layer(layers, name, meaning, read) {
  try {
    const value = JSON.parse(read());
    layers.push({ name, meaning, value });
    return value;
  } catch (error) {
    layers.push({ name, meaning, problem: `cannot be read: ${error.message}` });
    return null;
  }
}

function text(base64url) {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes(base64url));
}

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function der(pem) {
  return bytes(pem.replace(/-----[A-Z ]+-----/g, "").replace(/\s/g, ""));
}
