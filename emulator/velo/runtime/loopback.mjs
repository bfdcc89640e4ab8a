// A server on this machine only, whose address nobody can guess: it runs the site's code.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

const BODY_BYTES_MAX = 64 * 1024 * 1024;

// Answers POSTs of JSON to `${url}/NAME` with what `endpoints[NAME](body, isWaiting)` resolves to: { status, body }.
// `isWaiting()` says whether somebody still waits for the answer.
export async function serve(endpoints) {
  const secret = randomBytes(16).toString("hex");
  const server = createServer(async (request, response) => {
    const [, given, name] = request.url.split("/");
    const isKnown = request.method === "POST" && given === secret && Object.hasOwn(endpoints, name);
    let isGone = false;
    response.on("close", () => {
      isGone = !response.writableFinished;
    });
    const { status, body } = isKnown ? await answer(request, endpoints[name], () => !isGone) : { status: 404 };
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(body === undefined ? "" : JSON.stringify(body));
  });
  const port = await listening(server);
  return { url: `http://127.0.0.1:${port}/${secret}`, close: () => server.close() };
}

async function answer(request, endpoint, isWaiting) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) return { status: 413 };
    chunks.push(chunk);
  }
  let body;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return { status: 400 };
  }
  return endpoint(body, isWaiting);
}

function listening(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}
