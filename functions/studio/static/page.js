/** The whole page: which view stands, and what is said above it. */

import { useEffect, useReducer, useState } from "./hooks.js";
import { Camera, KeyForm, Start } from "./start.js";
import { Stage, Strip } from "./stage.js";
import { Tools } from "./tools.js";
import { html, Icon, Language, useWords } from "./view.js";
import { readersLanguage, Words } from "./words.js";

/** @typedef {import("./studio.js").Studio} Studio */

/** @param {{studio: Studio}} props */
export function Page({ studio }) {
  const [, redraw] = useReducer((turn) => turn + 1, 0);
  const [language, setLanguage] = useState(readersLanguage);
  const words = new Words(language);
  useEffect(() => studio.watch(redraw), [studio]);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = words.say("title");
    sessionStorage.setItem("language", language);
  }, [language]);
  const turn = () => setLanguage(language === "zh" ? "en" : "zh");
  return html`<${Language.Provider} value=${words}>
    <a class="skip" href="#main">${words.say("skip")}</a>
    <${Bar} studio=${studio} turn=${turn} />
    <main id="main" tabindex="-1" class=${studio.phase}><${Body} studio=${studio} /></main>
    <${Notice} studio=${studio} />
    <p class="hidden" role="status">${said(studio, words)}</p>
  <//>`;
}

/** @param {{studio: Studio, turn: () => void}} props */
function Bar({ studio, turn }) {
  const words = useWords();
  const begun = studio.phase !== "key" && studio.phase !== "start";
  return html`<header>
    <span class="mark"><span class="dot" aria-hidden="true"></span>${words.say("title")}</span>
    ${studio.order && begun && html`<span class="order" title=${words.say("order")}>${studio.order}</span>`}
    <nav>
      ${
        begun &&
        html`<button type="button" class="quiet" onClick=${() => (studio.forget(), studio.set())}>
          <${Icon} name="photo" /><span>${words.say("new_photo")}</span>
        </button>`
      }
      ${
        studio.api.key &&
        html`<button type="button" class="quiet wide" onClick=${() => studio.changeKey()}>
          ${words.say("key_change")}
        </button>`
      }
      <button type="button" class="quiet" lang=${words.language === "zh" ? "en" : "zh-CN"} onClick=${turn}>
        ${words.say("language")}
      </button>
    </nav>
  </header>`;
}

/** @param {{studio: Studio}} props */
function Body({ studio }) {
  const words = useWords();
  const [camera, setCamera] = useState(false);
  if (studio.phase === "key") return html`<${KeyForm} studio=${studio} />`;
  if (studio.phase === "start")
    return html`<${Start} studio=${studio} camera=${() => setCamera(true)} />
      ${camera && html`<${Camera} take=${(file) => (setCamera(false), studio.begin(file))} close=${() => setCamera(false)} />`}`;
  if (studio.phase === "expired")
    return html`<section class="card">
      <h1>${words.say("expired_title")}</h1>
      <p>${words.say("expired_text")}</p>
      <button type="button" class="primary" onClick=${() => (studio.forget(), studio.set())}>
        ${words.say("new_photo")}
      </button>
    </section>`;
  return html`<div class="bench">
    <div class="work">
      <${Stage} studio=${studio} />
      ${studio.result && html`<${Strip} studio=${studio} />`}
    </div>
    <${Tools} studio=${studio} />
  </div>`;
}

/** What has gone wrong, and what can be done. @param {{studio: Studio}} props */
function Notice({ studio }) {
  const words = useWords();
  const { trouble } = studio;
  if (!trouble) return null;
  const lost = trouble.kind === "lost";
  const title = lost ? words.say("lost_title") : words.say("failed_title");
  const text = lost
    ? words.say("lost_text")
    : trouble.text
      ? words.say(trouble.text, trouble.facts)
      : words.of(trouble.facts, "message");
  return html`<aside class="notice" role="alert">
    <${Icon} name="warn" />
    <div>
      <strong>${title}</strong>
      <p>${text}</p>
      ${
        trouble.facts?.code &&
        html`<p class="fine">
          ${trouble.facts.code}${trouble.facts.request_id && html` · ${words.say("request")} ${trouble.facts.request_id}`}
        </p>`
      }
    </div>
    ${(lost || trouble.again) && html`<button type="button" onClick=${() => studio.retry()}>${words.say("retry")}</button>`}
    <button type="button" class="quiet" aria-label=${words.say("close")} onClick=${() => studio.set({ trouble: null })}>
      <${Icon} name="cross" />
    </button>
  </aside>`;
}

/** What a screen reader hears. @param {Studio} studio @param {Words} words */
function said(studio, words) {
  if (["uploading", "checking", "making", "opening"].includes(studio.phase)) return words.say(studio.phase);
  if (studio.phase === "refused") return words.say("refused_title");
  if (studio.busy) return `${words.name(studio.busy)}: ${words.say("working")}`;
  const { took } = studio;
  return took ? words.say("applied", { name: words.name(took.name), seconds: (took.total / 1000).toFixed(1) }) : "";
}
