/** What the check found. */

import { useState } from "./hooks.js";
import { Choice, html, Icon, useWords } from "./view.js";

/** @typedef {import("./studio.js").Studio} Studio */

const LEVELS = ["basic", "standard", "strict"];

/** @param {{studio: Studio}} props */
export function CheckPanel({ studio }) {
  const words = useWords();
  const { check } = studio;
  const refused = studio.phase === "refused" && !studio.check.passed;
  if (!check)
    return html`<h2>${words.say("tab_check")}</h2>
      <p class="fine">${words.say(studio.result ? "check_none" : studio.phase)}</p>`;
  const items = check.report.items;
  return html`<h2>${words.say(refused ? "refused_title" : "tab_check")}</h2>
    <${Verdict} report=${check.report} />
    ${
      refused &&
      html`<button type="button" class="primary" onClick=${() => (studio.forget(), studio.set())}>
        ${words.say("refused_another")}
      </button>`
    }
    <${Faults} report=${check.report} />
    ${studio.result && html`<${Marked} studio=${studio} />`}
    ${
      studio.uploadId &&
      html`<${Choice}
        name="level"
        label=${words.say("check_level")}
        value=${studio.level}
        options=${LEVELS.map((level) => [level, words.say(level)])}
        change=${(level) => studio.recheck(level)}
      />`
    }
    <details>
      <summary>${words.say("check_all", { count: items.length })}</summary>
      <ul class="items">
        ${items.map((item) => html`<${Item} key=${item.code} item=${item} />`)}
      </ul>
    </details>`;
}

/** Whether a photo, or a file, is good enough. @param {{report: any}} props */
export function Verdict({ report }) {
  const words = useWords();
  const remarks = report.items.some((item) => !item.passed && item.severity === "warn");
  const verdict = !report.passed ? "check_failed" : remarks ? "check_remarks" : "check_passed";
  return html`<p class=${`verdict ${report.passed ? "good" : "bad"}`}>
    <${Icon} name=${report.passed ? "check" : "warn"} /><strong>${words.say(verdict)}</strong>
    <span>${words.say("check_score")} <b>${report.score}</b></span>
  </p>`;
}

/** @param {{report: any}} props */
export const Faults = ({ report }) =>
  html`<ul class="faults">
    ${report.items.filter((item) => !item.passed).map((item) => html`<${Fault} key=${item.code} item=${item} />`)}
  </ul>`;

/** @param {{item: any}} props */
function Fault({ item }) {
  const words = useWords();
  return html`<li class=${item.severity}>
    <strong>${words.of(item, "reason")}</strong>
    <p class="advice">${words.of(item, "advice")}</p>
  </li>`;
}

/** @param {{item: any}} props */
function Item({ item }) {
  const words = useWords();
  const value = item.value === null ? words.say("not_measured") : `${words.number(item.value)} ${item.unit}`;
  return html`<li class=${item.passed ? "passed" : item.severity}>
    <span>${words.of(item, "name")}</span>
    <meter
      min="0"
      max="100"
      low="60"
      high="80"
      optimum="100"
      value=${item.score}
      aria-label=${words.of(item, "name")}
    ></meter>
    <small>${value} · ${words.say("check_limit", { limit: words.number(item.threshold) })}</small>
  </li>`;
}

/** The photo as it was sent, with its marks. @param {{studio: Studio}} props */
function Marked({ studio }) {
  const words = useWords();
  const [unseen, setUnseen] = useState(false);
  const src = studio.check.annotated?.url ?? studio.localUrl;
  if (!src || unseen) return null;
  return html`<img class="marked" src=${src} alt=${words.say("check_picture")} onError=${() => setUnseen(true)} />`;
}
