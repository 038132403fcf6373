/** Calls of the public API, and what can go wrong with them. Nothing here knows the page. */

/** @typedef {{code: string, message: string, message_zh: string, status: number, details: Record<string, any>, request_id: string}} Facts */

/** The API refused a call, in its own words. */
export class ApiError extends Error {
  /** @param {Facts} facts */
  constructor(facts) {
    super(`${facts.code}: ${facts.message}`);
    this.facts = facts;
  }
}

/** Nothing came back: no network, or no answer in time. */
export class LostError extends Error {}

const REPEATED = new Set([429, 503]);
const REPEATS = 3;
const PATIENCE_MS = 60_000;

/** @param {number} ms */
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export class Api {
  /** @param {string} key the partner's key, which no other place of the page holds */
  constructor(key) {
    this.key = key;
    this.base = new URL(".", document.baseURI);
  }

  /**
   * Call a route. Every call is safe to repeat, and one that the API was too busy for is repeated.
   * @param {string} method
   * @param {string} path relative to the API, without a leading slash
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async call(method, path, body, signal) {
    for (let turn = 0; ; turn += 1) {
      const answer = await this.send(method, path, body, signal);
      if (REPEATED.has(answer.status) && turn < REPEATS) {
        await wait(400 * 2 ** turn);
        continue;
      }
      const content = await answer.json().catch(() => ({}));
      if (answer.ok) return content;
      throw new ApiError({ ...unknown(answer.status, content), ...content.error });
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   */
  async send(method, path, body, signal) {
    const timeout = AbortSignal.timeout(PATIENCE_MS);
    try {
      return await fetch(new URL(path, this.base), {
        method,
        headers: { "x-api-key": this.key, ...(body && { "content-type": "application/json" }) },
        body: body && JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new LostError(String(error));
    }
  }

  /**
   * Send a file straight to storage by the form that the API offers.
   * @param {{url: string, fields: Record<string, string>, file_field: string}} form
   * @param {Blob} file
   * @param {(share: number) => void} progress
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  upload(form, file, progress, signal) {
    const data = new FormData();
    for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
    data.append(form.file_field, file);
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest(); // fetch cannot tell how far an upload has come
      request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
      request.onload = () => (request.status < 300 ? done() : failed(new LostError(`storage ${request.status}`)));
      request.onerror = () => failed(new LostError("upload"));
      request.onabort = () => failed(new DOMException("aborted", "AbortError"));
      signal.addEventListener("abort", () => request.abort());
      request.open("POST", form.url);
      request.send(data);
    });
  }
}

/**
 * What is told of an answer that has no words of its own.
 * @param {number} status
 * @param {any} content
 * @returns {Facts}
 */
function unknown(status, content) {
  const message = content.message || `The server answered with ${status}.`;
  const code = status === 403 ? "API_KEY_MISSING" : "HTTP_ERROR";
  return { code, message, message_zh: `服务器返回了状态 ${status}。`, status, details: {}, request_id: "" };
}
