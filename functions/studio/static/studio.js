/** The state of the page and all that can be done in it. Views draw it; nothing here knows how. */

import { Api, ApiError, LostError } from "./api.js";
import { accepted, ApiDocument } from "./document.js";

/**
 * @typedef {import("./document.js").Effect} Effect
 * @typedef {{kind: string, params: Record<string, any>}} Step
 * @typedef {{on: boolean, params: Record<string, any>, refusal?: any}} Draft
 * @typedef {{mt_generate_id: string, effect: string, params: any, recipe: Step[], image: any,
 *   current?: boolean}} Past
 * @typedef {{key: string, name: string, run: (signal: AbortSignal) => Promise<any>, params?: Record<string, any> | null}} Change
 * @typedef {{kind: "lost" | "api" | "local", facts?: any, text?: string, again?: () => void}} Trouble
 */

const LOOK_FIRST_MS = 160; // how long a slider rests before its value is sent
const GONE = new Set(["MT_GENERATE_ID_NOT_FOUND", "OUT_REQUEST_ID_NOT_FOUND", "SOURCE_GONE"]);
const LINK_MARGIN_S = 30;
const RENEWED_AFTER_MS = 60_000; // links that do not open sooner than this have another reason

/** @param {any} one @param {any} other */
export const same = (one, other) => canonical(one) === canonical(other);

/** @param {any} value @returns {string} */
function canonical(value) {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

export class Studio {
  constructor() {
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    /** @type {Api} */
    this.api = new Api(sessionStorage.getItem("api_key") ?? "");
    /** @type {ApiDocument | null} */
    this.document = null;
    /** By kind of effect. @type {Record<string, any[]>} */
    this.materials = {};
    this.materialsAt = 0;
    this.adding = false;
    /** The outfit that was registered last. @type {any} */
    this.added = null;
    /** @type {Change[]} */
    this.queue = [];
    this.running = false;
    this.watermark = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** What this tab worked on before it was loaded again. */
    this.kept = JSON.parse(sessionStorage.getItem("photo") ?? "null");
    this.forget();
    window.addEventListener("online", () => this.trouble?.kind === "lost" && this.retry());
  }

  /** Begin anew, with no photo. */
  forget() {
    this.stop?.abort();
    clearTimeout(this.timer);
    if (this.localUrl) URL.revokeObjectURL(this.localUrl);
    this.queue = [];
    /** @type {"key" | "start" | "uploading" | "checking" | "making" | "opening" | "refused" | "ready" | "expired"} */
    this.phase = this.api.key ? "start" : "key";
    this.progress = 0;
    this.order = "";
    this.localUrl = "";
    /** @type {Blob | null} */
    this.file = null;
    this.uploadId = "";
    this.check = null;
    this.result = null;
    /** @type {Past[]} */
    this.history = [];
    /** @type {Record<string, Draft>} */
    this.drafts = {};
    /** The parameters that were asked for last, by kind. @type {Record<string, string>} */
    this.sent = {};
    this.busy = "";
    /** @type {Trouble | null} */
    this.trouble = null;
    this.took = null;
    this.level ??= "basic";
    this.frame ??= { spec_id: undefined, size: undefined };
    /** @type {any} */
    this.spec ??= null;
    sessionStorage.removeItem("photo");
  }

  /** @param {() => void} watcher @returns {() => void} */
  watch(watcher) {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** @param {Record<string, any>} [patch] */
  set(patch = {}) {
    Object.assign(this, patch);
    for (const watcher of this.watchers) watcher();
  }

  // --- the key and the description of the API

  /** Go on with the key and the photo of this tab, if it has them. */
  async open() {
    await this.attempt(
      async () => {
        this.document = new ApiDocument(await this.api.call("GET", "openapi.json"));
        this.set();
        if (!this.api.key) return;
        await this.learn();
        if (this.kept) await this.resume(this.kept.order, this.kept);
      },
      () => this.open(),
    );
  }

  /** @param {string} key */
  async useKey(key) {
    const api = new Api(key.trim());
    try {
      await api.call("GET", "specs?limit=1");
    } catch (error) {
      if (error instanceof ApiError && error.facts.status === 403) return false;
      this.report(error, () => this.useKey(key));
      return true;
    }
    sessionStorage.setItem("api_key", api.key);
    this.api = api;
    this.set({ phase: "start", trouble: null });
    await this.learn();
    return true;
  }

  changeKey() {
    sessionStorage.removeItem("api_key");
    this.api = new Api("");
    this.forget();
    this.set();
  }

  /** Know the specification that is made without a choice, and the materials of the effects. */
  async learn() {
    const [usual] = await Promise.all([this.findSpec("cn_1inch"), this.learnMaterials()]);
    this.spec ??= usual;
    this.set();
  }

  async learnMaterials() {
    if (!this.document?.has("/materials", "get")) return;
    /** @type {Record<string, any[]>} */
    const found = {};
    for (let start = ""; start !== null;) {
      const page = await this.api.call("GET", `materials?limit=100${start}`);
      for (const one of page.materials) (found[one.kind] ??= []).push({ ...one, picture: one.thumbnail?.url });
      start = page.next === null ? null : `&start=${encodeURIComponent(page.next)}`;
    }
    this.set({ materials: found, materialsAt: Date.now() });
  }

  /** New links to the thumbnails, once those that are shown have run out. */
  async renewMaterials() {
    if (Date.now() - (this.materialsAt ?? 0) < RENEWED_AFTER_MS) return;
    this.materialsAt = Date.now();
    await this.learnMaterials().catch((error) => this.tell(error));
  }

  // --- outfits of one's own

  /**
   * Register an outfit, from its picture or from a portrait of somebody who wears it.
   * @param {File} file @param {string} name @param {boolean} worn
   * @returns {Promise<any>} the material, or null when it could not be made
   */
  async addOutfit(file, name, worn) {
    this.set({ adding: true, added: null, trouble: null });
    try {
      const form = await this.api.call("POST", "uploads");
      if (file.size > form.max_bytes) throw new TooLarge(file.size, form.max_bytes);
      await this.api.upload(form, file, () => {}, new AbortController().signal);
      const source = { [worn ? "wearer" : "picture"]: { upload_id: form.upload_id } };
      const added = await this.api.call("POST", "materials", { kind: "outfit", name, ...source });
      await this.learnMaterials();
      this.set({ added });
      return added;
    } catch (error) {
      this.tell(error);
      return null;
    } finally {
      this.set({ adding: false });
    }
  }

  /** Delete an outfit of one's own; photos that wear it keep it. @param {string} id */
  async deleteOutfit(id) {
    try {
      await this.api.call("DELETE", `materials/${encodeURIComponent(id)}`);
      await this.learnMaterials();
    } catch (error) {
      this.tell(error);
    }
  }

  /** Say what has gone wrong beside the photo, which stays as it is. @param {any} error */
  tell(error) {
    if (error instanceof LostError) return this.set({ trouble: { kind: "lost" } });
    if (error instanceof TooLarge) return this.set({ trouble: { kind: "local", text: "too_large", facts: error.facts } });
    if (!(error instanceof ApiError)) throw error;
    return this.set({ trouble: { kind: "api", facts: error.facts } });
  }

  /** @param {string} text @param {number} start @param {number} limit @param {AbortSignal} [signal] */
  specs(text, start, limit, signal) {
    const query = new URLSearchParams({ q: text, limit: String(limit), start: String(start) });
    return this.api.call("GET", `specs?${query}`, undefined, signal);
  }

  // --- a new photo

  /** @param {Blob} file */
  begin(file) {
    this.forget();
    performance.mark("dropped");
    this.order = `studio-${crypto.randomUUID().slice(0, 13)}`;
    this.localUrl = URL.createObjectURL(file);
    this.file = file;
    return this.send();
  }

  /** Send, check and make the photo; what is done already is not done again. */
  send() {
    return this.attempt(
      async (signal) => {
        if (!this.uploadId) await this.deliver(signal);
        if (!this.check) await this.examine(signal);
        if (!this.check.passed) return this.set({ phase: "refused" });
        await this.make(signal);
      },
      () => this.send(),
    );
  }

  /** @param {AbortSignal} signal */
  async deliver(signal) {
    this.set({ phase: "uploading", progress: 0 });
    const form = await this.api.call("POST", "uploads", undefined, signal);
    if (this.file.size > form.max_bytes) throw new TooLarge(this.file.size, form.max_bytes);
    await this.api.upload(form, this.file, (share) => this.set({ progress: share }), signal);
    this.uploadId = form.upload_id;
  }

  /** @param {AbortSignal} signal */
  async examine(signal) {
    if (!this.result) this.set({ phase: "checking" });
    const spec = this.document.takes("/check", "spec_id") && !this.frame.size && this.spec;
    const body = {
      out_request_id: this.order,
      upload_id: this.uploadId,
      level: this.level,
      ...(spec && { spec_id: spec.spec_id }),
    };
    this.set({ check: await this.api.call("POST", "check", body, signal) });
    if (this.result) this.keep();
  }

  /** @param {AbortSignal} signal */
  async make(signal) {
    this.set({ phase: "making" });
    const answer = await this.api.call("POST", "make", { out_request_id: this.order, ...this.makeStart() }, signal);
    await this.show(answer, "make", "dropped");
    this.keep();
  }

  keep() {
    const { order, check, uploadId, level } = this;
    sessionStorage.setItem("photo", JSON.stringify({ order, check, uploadId, level }));
  }

  makeParams() {
    const chosen = this.frame.size ? { size: this.frame.size } : { spec_id: this.frame.spec_id ?? this.spec?.spec_id };
    return { ...chosen, check: this.level, ...(this.watermark ? {} : { watermark_id: "none" }) };
  }

  makeStart() {
    return { check_id: this.check.check_id, ...this.makeParams() };
  }

  /** Check the photo again, more or less strictly. @param {string} level */
  recheck(level) {
    this.level = level;
    this.check = this.result ? this.check : null;
    if (!this.result) return this.send();
    this.checkAgain();
  }

  /** See what the check says at another level, or of another specification. */
  checkAgain() {
    this.change({ key: "check", name: "check", run: async (signal) => void (await this.examine(signal)) });
  }

  /** Go on with a photo of before. @param {string} order @param {object} [kept] what the tab still knows of it */
  resume(order, kept) {
    this.forget();
    Object.assign(this, kept, { order });
    return this.attempt(
      async (signal) => {
        this.set({ phase: "opening" });
        await this.readHistory(signal);
        const last = this.history.find((past) => past.current) ?? this.history.at(-1);
        const answer = await this.api.call("POST", "rollback", { to: last.mt_generate_id }, signal);
        await this.learnFrame(answer, signal);
        await this.show(answer, "open");
        this.keep();
      },
      () => this.resume(order, kept),
    );
  }

  /** @param {AbortSignal} [signal] */
  async readHistory(signal) {
    /** @type {Past[]} */
    const steps = [];
    for (let start = ""; start !== null;) {
      const page = await this.api.call(
        "GET",
        `photos/${encodeURIComponent(this.order)}?limit=100${start}`,
        undefined,
        signal,
      );
      steps.push(...page.steps);
      start = page.next === null ? null : `&start=${encodeURIComponent(page.next)}`;
    }
    this.set({ history: steps });
  }

  /** @param {any} answer @param {AbortSignal} signal */
  async learnFrame(answer, signal) {
    const made = answer.recipe.find((step) => step.kind === "make").params;
    this.frame = { spec_id: made.spec_id, size: made.size };
    this.spec = made.spec_id ? await this.findSpec(made.spec_id, signal) : null;
  }

  /** @param {string} id @param {AbortSignal} [signal] */
  async findSpec(id, signal) {
    const { specs } = await this.specs(id, 0, 20, signal);
    return specs.find((spec) => spec.spec_id === id) ?? null;
  }

  async erase() {
    await this.attempt(async (signal) => {
      await this.api.call("DELETE", `photos/${encodeURIComponent(this.order)}`, undefined, signal);
      this.forget();
      this.set();
    });
  }

  // --- changes of the photo

  /** Whether a kind of step is in the photo that is shown. @param {string} kind @returns {Step | undefined} */
  step(kind) {
    return this.result?.recipe.find((step) => step.kind === kind);
  }

  /** What a panel shows of an effect: what is asked for, or what is done. @param {Effect} effect @returns {Draft} */
  draft(effect) {
    const done = this.step(effect.kind);
    return (this.drafts[effect.kind] ??= {
      on: Boolean(done),
      params: done ? accepted(done.params, effect.fields) : {}, // the API's own choice
    });
  }

  /** @param {Effect} effect @param {Record<string, any>} params @param {boolean} [rest] wait for the slider to rest */
  adjust(effect, params, rest = false) {
    this.drafts[effect.kind] = { on: true, params };
    this.set();
    this.apply(effect.kind, params, rest);
  }

  /** @param {string} kind @param {Record<string, any>} params @param {boolean} [rest] */
  apply(kind, params, rest = false) {
    const text = canonical(params);
    if (!rest && this.sent[kind] === text) return this.hurry();
    this.sent[kind] = text;
    const run = (signal) => this.post(kind, { ...params }, signal);
    this.change({ key: kind, name: kind, run, params }, rest ? LOOK_FIRST_MS : 0);
  }

  /** @param {string} kind */
  takeOff(kind) {
    if (this.drafts[kind]) this.drafts[kind] = { ...this.drafts[kind], on: false, refusal: undefined };
    this.set();
    delete this.sent[kind];
    const run = (signal) => this.step(kind) && this.post("rollback", { without: [kind] }, signal);
    this.change({ key: kind, name: kind, run, params: null });
  }

  /** @param {string} id */
  goBack(id) {
    this.queue = [];
    const run = async (signal) => {
      const answer = await this.api.call("POST", "rollback", { to: id }, signal);
      await this.learnFrame(answer, signal);
      return answer;
    };
    this.change({ key: "rollback", name: "rollback", run });
  }

  /** Another specification or size, with every other step kept. @param {any} spec @param {any} [size] */
  reframe(spec, size) {
    const before = { spec: this.spec, frame: this.frame };
    this.set({ spec, frame: { spec_id: spec?.spec_id, size } });
    if (!this.result) {
      this.check = null;
      return this.uploadId && this.send();
    }
    const run = async (signal) => {
      try {
        return await this.remake(signal);
      } catch (error) {
        if (error instanceof ApiError) this.set(before);
        throw error;
      }
    };
    this.change({ key: "make", name: "make", run });
    this.checkAgain();
  }

  /** @param {AbortSignal} signal */
  async remake(signal) {
    const kept = this.result.recipe.filter((step) => step.kind !== "make" && this.document.chainFields.has(step.kind));
    const { check_id, ...make } = this.makeStart();
    const body = { out_request_id: this.order, check_id };
    if (!kept.length) return this.api.call("POST", "make", { ...body, ...make }, signal);
    const steps = kept.map((step) => [step.kind, this.request(step)]);
    const answer = await this.api.call("POST", "chain", { ...body, make, ...Object.fromEntries(steps) }, signal);
    return answer.result;
  }

  /** A step as a request asks for it. @param {Step} step */
  request(step) {
    const effect = this.document.effects.find((one) => one.kind === step.kind);
    return effect ? accepted(step.params, effect.fields) : step.params;
  }

  /** @param {string} path @param {object} params @param {AbortSignal} signal */
  post(path, params, signal) {
    return this.api.call("POST", path, { mt_generate_id: this.result.mt_generate_id, ...params }, signal);
  }

  /**
   * Queue a change: one is under way at a time, and of those that wait the latest of each kind counts.
   * @param {Change} change
   * @param {number} [rest] milliseconds in which a newer one may take its place
   */
  change(change, rest = 0) {
    this.queue = [...this.queue.filter((one) => one.key !== change.key), change];
    clearTimeout(this.timer);
    if (change.key === "rollback") this.sent = {};
    if (rest) this.timer = setTimeout(() => this.work(), rest);
    else this.hurry();
  }

  /** Do at once what is queued. */
  hurry() {
    clearTimeout(this.timer);
    return this.work();
  }

  async work() {
    if (this.running || !this.queue.length) return;
    this.running = true;
    await this.attempt(async (signal) => {
      while (this.queue.length) {
        const [change] = this.queue;
        this.set({ busy: change.name, trouble: null });
        performance.mark("changed");
        const answer = await change.run(signal);
        this.queue = this.queue.filter((one) => one !== change);
        if (answer)
          await this.show(
            answer,
            change.name,
            "changed",
            this.queue.some((one) => one.key === change.key),
          );
      }
    });
    this.running = false;
    this.set({ busy: "" });
    if (this.queue.length && !this.trouble) await this.work();
  }

  /** Give up what is under way, and show what is done. */
  cancel() {
    this.queue = [];
    this.sent = {};
    clearTimeout(this.timer);
    this.stop?.abort();
    this.drafts = {};
    if (!this.result) this.forget();
    this.set();
  }

  retry() {
    const again = this.trouble?.again;
    this.set({ trouble: null });
    if (again) again();
    else if (this.queue.length) this.work();
  }

  /**
   * Show a result once its picture is here.
   * @param {any} answer
   * @param {string} name of the change
   * @param {string} [mark] when it began
   * @param {boolean} [superseded] a newer value of the same kind waits: keep what the panel shows
   */
  async show(answer, name, mark, superseded = false) {
    await picture(answer.image.url);
    const past = this.history.some((one) => one.mt_generate_id === answer.mt_generate_id);
    const history = past ? this.history : [...this.history, answer];
    if (mark) {
      const checked = mark === "dropped" ? this.check.timings_ms.total : 0;
      const server = checked + (answer.timings_ms?.total ?? 0);
      const { duration } = performance.measure(name, { start: mark, detail: { server } });
      this.took = { name, total: duration, server };
    }
    this.adopt(answer.recipe, superseded ? name : "");
    this.set({ result: answer, history, phase: "ready" });
  }

  /** Let the panels show what a recipe holds; what was taken off keeps its parameters. @param {Step[]} recipe @param {string} but */
  adopt(recipe, but) {
    for (const [kind, draft] of Object.entries(this.drafts)) {
      const step = recipe.find((one) => one.kind === kind);
      if (kind === but || this.queue.some((one) => one.key === kind)) continue;
      const fields = this.document.effects.find((one) => one.kind === kind)?.fields ?? [];
      const shorts = fields.filter((field) => field.nullable && draft.params[field.name] !== undefined);
      const short = Object.fromEntries(shorts.map((field) => [field.name, draft.params[field.name]]));
      this.drafts[kind] = step
        ? { on: true, params: { ...accepted(step.params, fields), ...short } }
        : { ...draft, on: false };
    }
  }

  /** New links, for those that have run out. */
  async refresh() {
    if (this.refreshing || this.phase !== "ready") return;
    this.refreshing = true;
    try {
      await this.readHistory();
      const answer = await this.api.call("POST", "rollback", { to: this.result.mt_generate_id });
      this.set({ result: answer });
    } catch (error) {
      this.report(error);
    }
    this.refreshing = false;
  }

  /** Whether the links of what is shown are near their end. */
  get stale() {
    return this.result && this.result.image.expires_at - LINK_MARGIN_S < Date.now() / 1000;
  }

  // --- what can go wrong

  /**
   * @param {(signal: AbortSignal) => Promise<any>} work
   * @param {() => void} [again] what tries it once more
   */
  async attempt(work, again) {
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.set({ trouble: null });
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) this.report(error, again);
    }
  }

  /** @param {any} error @param {() => void} [again] */
  report(error, again) {
    if (error instanceof LostError) return this.set({ trouble: { kind: "lost", again } });
    const [change] = this.queue;
    this.queue = [];
    this.sent = {};
    if (error instanceof TooLarge)
      return this.set({ trouble: { kind: "local", text: "too_large", facts: error.facts }, phase: "start" });
    if (!(error instanceof ApiError)) throw error;
    if (GONE.has(error.facts.code)) {
      sessionStorage.removeItem("photo");
      return this.set({
        phase: this.result ? "expired" : "start",
        trouble: this.result ? null : { kind: "api", facts: error.facts },
      });
    }
    if (error.facts.status === 403) {
      this.changeKey();
      return this.set({ trouble: { kind: "api", facts: error.facts } });
    }
    const draft = change && this.drafts[change.key];
    if (draft && error.facts.status === 422) {
      const on = Boolean(this.step(change.key));
      this.drafts[change.key] = { ...draft, on, refusal: error.facts };
      return this.set();
    }
    this.drafts = {};
    if (!this.result) this.phase = this.check?.passed ? "refused" : "start";
    return this.set({ trouble: { kind: "api", facts: error.facts, again } });
  }
}

/** The file is larger than the API takes. */
class TooLarge extends Error {
  /** @param {number} bytes @param {number} most */
  constructor(bytes, most) {
    super("too large");
    this.facts = { size: (bytes / 1e6).toFixed(1), most: (most / 1e6).toFixed(0) };
  }
}

/** Wait until a picture can be shown. @param {string} url */
async function picture(url) {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {
    throw new LostError("picture");
  });
}
