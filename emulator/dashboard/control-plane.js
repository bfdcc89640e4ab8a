// The control plane of one site, and the emulated API as its clients see it.

export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.message || `answered ${status}`);
    this.status = status;
    this.answer = answer;
  }
}

export class ControlPlane {
  constructor(siteId) {
    this.siteId = siteId;
  }

  get(path, parameters = {}) {
    return this.#send("GET", path, parameters);
  }

  post(path, body) {
    return this.#send("POST", path, {}, body ?? {});
  }

  put(path, body) {
    return this.#send("PUT", path, {}, body);
  }

  delete(path) {
    return this.#send("DELETE", path);
  }

  url(path, parameters = {}) {
    const query = new URLSearchParams(parameters);
    if (this.siteId !== null) {
      query.set("site", this.siteId);
    }
    return `/_emulator${path}${query.size > 0 ? `?${query}` : ""}`;
  }

  async #send(method, path, parameters, body) {
    const content = typeof body === "string" ? body : JSON.stringify(body);
    const headers = content === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(this.url(path, parameters), { method, headers, body: content });
    const answer = await response.json().catch(() => null);
    if (!response.ok) {
      throw new Refused(response.status, answer);
    }
    return answer;
  }
}
