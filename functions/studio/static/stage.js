/** The photo itself with its lines, and its history as a strip of pictures. */

import { useEffect, useRef, useState } from "./hooks.js";
import { same } from "./studio.js";
import { html, Icon, kilobytes, seconds, Switch, useWords } from "./view.js";

/** @typedef {import("./studio.js").Studio} Studio */

/** @param {{studio: Studio}} props */
export function Stage({ studio }) {
  const words = useWords();
  const [guides, setGuides] = useState(true);
  const [compare, setCompare] = useState(false);
  const [actual, setActual] = useState(false);
  const { result, phase } = studio;
  if (!result) return html`<${Waiting} studio=${studio} />`;
  const earlier = studio.history.find(
    (past) =>
      past.effect === "make" && past.image.width === result.image.width && past.image.height === result.image.height,
  );
  return html`<section class="stage" aria-busy=${Boolean(studio.busy)}>
    <div class="mat">
      <${Photo} studio=${studio} guides=${guides} earlier=${compare ? earlier : null} actual=${actual} />
      ${
        studio.busy &&
        html`<p class="busy">
          <span class="spinner" aria-hidden="true"></span>${words.name(studio.busy)}
          <button type="button" class="quiet small" onClick=${() => studio.cancel()}>${words.say("cancel")}</button>
        </p>`
      }
    </div>
    <div class="facts">
      <p>${facts(result, words)}</p>
      <div class="toggles">
        <${Switch} label=${words.say("guides")} checked=${guides} change=${setGuides} />
        <${Switch}
          label=${words.say("compare")}
          checked=${compare}
          change=${setCompare}
          disabled=${!earlier || phase !== "ready"}
        />
        <${Switch} label=${words.say("actual")} checked=${actual} change=${setActual} />
      </div>
    </div>
    <${Warnings} warnings=${result.warnings} />
  </section>`;
}

/** @param {any} result @param {import("./words.js").Words} words */
function facts({ frame, image }, words) {
  const mm = (value) => words.number(value, 1);
  return [
    `${mm(frame.width_mm)} × ${mm(frame.height_mm)} mm`,
    `${frame.width_px} × ${frame.height_px} px`,
    `${words.number(frame.dpi, 0)} dpi`,
    `${words.say("head")} ${mm(frame.head_height_mm)} mm`,
    kilobytes(image.bytes),
  ].join("  ·  ");
}

/** @param {{studio: Studio, guides: boolean, earlier: any, actual: boolean}} props */
function Photo({ studio, guides, earlier, actual }) {
  const words = useWords();
  const [share, setShare] = useState(50);
  const { image, frame, recipe } = studio.result;
  const steps = recipe.filter((step) => step.kind !== "make").map((step) => words.name(step.kind));
  const size = `${words.number(frame.width_mm)} × ${words.number(frame.height_mm)} mm`;
  const shape = { "--aspect": image.width / image.height, "--width": `${frame.width_mm}mm`, "--share": `${share}%` };
  const lost = () => studio.stale && studio.refresh();
  return html`<div class=${actual ? "photo actual" : "photo"} style=${shape}>
    <img
      class="now"
      src=${image.url}
      alt=${words.say("photo_alt", { size, steps: steps.join(", ") || words.say("none") })}
      onError=${lost}
    />
    ${earlier && html`<img class="earlier" src=${earlier.image.url} alt="" onError=${lost} />`}
    ${guides && !earlier && html`<${Guides} frame=${frame} spec=${studio.spec} />`}
    ${
      earlier &&
      html`<span class="tag left">${words.say("before")}</span><span class="tag right">${words.say("after")}</span
        ><span class="seam"></span>
        <input
          type="range"
          min="0"
          max="100"
          value=${share}
          aria-label=${words.say("compare_slide")}
          onInput=${(event) => setShare(Number(event.currentTarget.value))}
        />`
    }
  </div>`;
}

/** Crown, eyes and chin as they were measured, and where the specification lets them be. @param {{frame: any, spec: any}} props */
function Guides({ frame, spec }) {
  const words = useWords();
  if (frame.top_gap_px === undefined) return null;
  const { width_px: width, height_px: height } = frame;
  const crown = frame.top_gap_px;
  const chin = crown + frame.head_height_px;
  const px = (range, value) => value * { px: 1, ratio: height, mm: height / frame.height_mm }[range.unit];
  const fits = spec && spec.spec_id === frame.spec_id;
  const bands = [];
  if (fits)
    bands.push([
      crown + px(spec.head_height, spec.head_height.min),
      crown + px(spec.head_height, spec.head_height.max),
    ]);
  if (fits && spec.eye_line)
    bands.push([height - px(spec.eye_line, spec.eye_line.max), height - px(spec.eye_line, spec.eye_line.min)]);
  const lines = [
    ["line_crown", crown],
    ["line_eyes", frame.eye_y_px],
    ["line_chin", chin],
  ];
  return html`<svg class="guides" viewBox="0 0 ${width} ${height}" aria-hidden="true" preserveAspectRatio="none">
      ${bands.map(([top, bottom]) => html`<rect x="0" y=${top} width=${width} height=${bottom - top} />`)}
      ${lines.map(([, y]) => html`<line x1="0" x2=${width} y1=${y} y2=${y} />`)}
    </svg>
    ${lines.map(
      ([name, y]) =>
        html`<span class="ruler" style=${{ top: `${(100 * y) / height}%` }} aria-hidden="true">
          ${words.say(name)} <b>${words.number((y * frame.height_mm) / height)}</b>
        </span>`,
    )}`;
}

/** @param {{warnings: any[]}} props */
function Warnings({ warnings }) {
  const words = useWords();
  if (!warnings.length) return null;
  return html`<ul class="warnings" aria-label=${words.say("warnings")}>
    ${warnings.map((one) => html`<li key=${one.code}><${Icon} name="warn" />${words.of(one, "message")}</li>`)}
  </ul>`;
}

/** While there is no result: the photo as it was sent, and what happens to it. @param {{studio: Studio}} props */
function Waiting({ studio }) {
  const words = useWords();
  const { phase, check } = studio;
  const marked = check?.annotated?.url;
  const stages = ["uploading", "checking", "making"];
  return html`<section class="stage">
    <div class="mat">
      <${Sent} src=${marked ?? studio.localUrl} />
      ${
        phase !== "refused" &&
        html`<div class="progress">
          <p class="busy">
            <span class="spinner" aria-hidden="true"></span>${words.say(phase)}
            <button type="button" class="quiet small" onClick=${() => studio.cancel()}>${words.say("cancel")}</button>
          </p>
          ${
            phase !== "opening" &&
            html`<progress
              max="1"
              value=${(stages.indexOf(phase) + (phase === "uploading" ? studio.progress : 0.4)) / 3}
              aria-label=${words.say(phase)}
            ></progress>`
          }
        </div>`
      }
    </div>
  </section>`;
}

/** The photo as it was sent, where the browser can show it. @param {{src: string}} props */
function Sent({ src }) {
  const words = useWords();
  const [unseen, setUnseen] = useState("");
  if (!src || unseen === src) return html`<div class="photo unseen"></div>`;
  return html`<img class="sent" src=${src} alt=${words.say("check_picture")} onError=${() => setUnseen(src)} />`;
}

/** @param {{studio: Studio}} props */
export function Strip({ studio }) {
  const words = useWords();
  const [all, setAll] = useState(false);
  const numbered = studio.history.map((past, index) => ({ past, number: index + 1 }));
  const current = studio.result.mt_generate_id;
  const shown = all ? numbered : latestAttempts(numbered, current);
  const list = useRef(null);
  useEffect(() => {
    const now = list.current.querySelector(".now");
    if (now) list.current.scrollTo({ left: now.offsetLeft - (list.current.clientWidth - now.offsetWidth) / 2 });
  }, [current, shown.length]);
  return html`<section class="strip" aria-labelledby="history-title">
    <div class="strip-head">
      <h2 id="history-title">${words.say("history")}</h2>
      <${Work} studio=${studio} />
      ${shown.length < numbered.length || all ? html`<${Switch} label=${words.say("history_all")} checked=${all} change=${setAll} />` : null}
    </div>
    <p class="hidden" id="history-help">${words.say("history_help")}</p>
    <ol aria-describedby="history-help" ref=${list}>
      ${shown.map(({ past, number }) => html`<${Frame} key=${past.mt_generate_id} studio=${studio} past=${past} number=${number} />`)}
    </ol>
  </section>`;
}

/**
 * Of the attempts at one step, one after the other, only the last: the positions of a slider are no steps.
 * @param {{past: any, number: number}[]} numbered
 * @param {string} current which is shown whatever else
 */
function latestAttempts(numbered, current) {
  const others = (past) => past.recipe.filter((step) => step.kind !== past.effect);
  return numbered.filter(({ past }, index) => {
    const next = numbered[index + 1]?.past;
    return (
      !next ||
      past.effect === "make" ||
      past.mt_generate_id === current ||
      next.effect !== past.effect ||
      !same(others(past), others(next))
    );
  });
}

/** One state of the photo. @param {{studio: Studio, past: any, number: number}} props */
function Frame({ studio, past, number }) {
  const words = useWords();
  const now = past.mt_generate_id === studio.result.mt_generate_id;
  const name = past.effect === "rollback" ? words.say("undone") : words.name(past.effect);
  const asked = past.recipe.find((step) => step.kind === past.effect);
  const held = asked && studio.step(past.effect);
  const awaited = asked && studio.queue.find((change) => change.key === past.effect);
  const on = awaited ? same(awaited.params, studio.request(asked)) : Boolean(held && same(held.params, asked.params));
  const flip = (wanted) => (wanted ? studio.apply(past.effect, studio.request(asked)) : studio.takeOff(past.effect));
  return html`<li class=${now ? "frame now" : "frame"}>
    <button
      type="button"
      class="thumb"
      aria-current=${now ? "step" : undefined}
      aria-label=${words.say(now ? "history_now" : "history_go", { number, name })}
      onClick=${() => !now && studio.goBack(past.mt_generate_id)}
    >
      <img src=${past.image.url} alt="" loading="lazy" onError=${() => studio.stale && studio.refresh()} />
    </button>
    <span class="caption"
      ><span>${name}</span>
      ${
        asked &&
        past.effect !== "make" &&
        html`<${Switch}
          bare
          label=${words.say("history_switch", { name: `${number} ${name}` })}
          checked=${on}
          change=${flip}
        />`
      }
    </span>
    <span class="detail"
      >${asked ? summary(studio, past.effect, studio.request(asked), words) : ""}</span
    >
  </li>`;
}

/** @param {Studio} studio @param {string} effect @param {Record<string, any>} params @param {import("./words.js").Words} words */
function summary(studio, effect, params, words) {
  if (effect === "make") return params.spec_id ?? ownSize(params.size);
  const materials = studio.materials[effect] ?? [];
  const fields = studio.document.effects.find((one) => one.kind === effect)?.fields ?? [];
  const usual = (name, value) =>
    "material_id" in params && fields.some((field) => field.name === name && field.initial === value);
  const named = [...materials, ...(materials.find((one) => one.material_id === params.material_id)?.colors ?? [])];
  const said = (value) =>
    words.of(named.find((one) => (one.material_id ?? one.id) === value) ?? {}, "name") || words.name(value);
  return Object.entries(params)
    .filter(
      ([name, value]) =>
        ["number", "string"].includes(typeof value) &&
        value !== 0 &&
        !(name === "end_color" && !params.gradient) &&
        (name === "material_id" || !usual(name, value)),
    )
    .slice(0, 2)
    .map(([, value]) => (typeof value === "number" ? words.number(value) : said(value)))
    .join(" · ");
}

/** @param {any} size */
const ownSize = ({ width_mm, height_mm, width_px, height_px }) =>
  width_mm ? `${width_mm} × ${height_mm} mm` : `${width_px} × ${height_px} px`;

/** What the last change needed. @param {{studio: Studio}} props */
function Work({ studio }) {
  const words = useWords();
  const { took, result } = studio;
  return html`<p class="states">
    ${(result.states ?? []).map(
      ({ state, use }) =>
        html`<span key=${state} class=${use}>${words.name(state)}<span class="hidden"> ${words.say(use)}</span></span>`,
    )}
    ${
      took &&
      html`<span
        class="time"
        title=${`${words.say("server")} ${seconds(took.server)} s, ${words.say("page")} ${seconds(took.total - took.server)} s`}
      >
        ${seconds(took.total)} s
      </span>`
    }
  </p>`;
}
