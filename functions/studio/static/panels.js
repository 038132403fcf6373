/** Size, retouching and background. */

import { useEffect, useState } from "./hooks.js";
import { Form } from "./forms.js";
import { Choice, html, Icon, Swatches, Switch, useWords } from "./view.js";

/** @typedef {import("./studio.js").Studio} Studio */

const PAGE = 12;
const TYPING_MS = 180;

// --- size

/** @param {{studio: Studio}} props */
export function SizePanel({ studio }) {
  const words = useWords();
  const locked = !studio.uploadId;
  return html`<h2>${words.say("tab_size")}</h2>
    ${studio.spec && html`<${SpecFacts} spec=${studio.spec} />`}
    ${
      locked
        ? html`<p class="note">${words.say("size_locked")}</p>`
        : html`<${SpecSearch} studio=${studio} /><${OwnSize} studio=${studio} />`
    }`;
}

/** @param {{spec: any}} props */
function SpecFacts({ spec }) {
  const words = useWords();
  const unit = { mm: "mm", px: "px", ratio: "%" }[spec.head_height.unit];
  const factor = spec.head_height.unit === "ratio" ? 100 : 1;
  const range = [spec.head_height.min, spec.head_height.max].map((value) => words.number(value * factor)).join(" – ");
  const rows = [
    [words.say("size_head"), `${range} ${unit}`],
    spec.kb && [words.say("size_file"), `${spec.kb.min ? `${spec.kb.min} – ` : "≤ "}${spec.kb.max} KB`],
    [words.say("tab_retouch"), words.say(spec.retouch_allowed ? "allowed" : "forbidden")],
    [words.say("size_glasses"), words.say(spec.glasses_allowed ? "allowed" : "forbidden")],
    [words.say("size_confidence"), words.say(spec.confidence)],
  ].filter(Boolean);
  return html`<div class="spec">
    <strong>${words.of(spec, "name")}</strong>
    <span class="fine">${dimensions(spec, words)}</span>
    <dl>
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    <p class="fine source">
      ${words.say("size_source")}:
      ${" "}${spec.source_url ? html`<a href=${spec.source_url} target="_blank" rel="noreferrer">${spec.source}</a>` : spec.source}
    </p>
    ${
      spec.conflicts?.length > 0 &&
      html`<p class="fine">
        ${words.say("size_conflicts")}: ${[...new Set(spec.conflicts.map((one) => words.name(one.field)))].join(", ")}
      </p>`
    }
  </div>`;
}

/** @param {any} spec @param {import("./words.js").Words} words */
const dimensions = (spec, words) =>
  `${words.number(spec.width_mm)} × ${words.number(spec.height_mm)} mm · ${spec.width_px} × ${spec.height_px} px`;

/** @param {{studio: Studio}} props */
function SpecSearch({ studio }) {
  const words = useWords();
  const [text, setText] = useState("");
  const [most, setMost] = useState(PAGE);
  const [found, setFound] = useState({ specs: [], total: 0 });
  useEffect(() => {
    const stop = new AbortController();
    const look = () =>
      studio
        .specs(text, 0, Math.min(most, 100), stop.signal)
        .then(setFound, (error) => stop.signal.aborted || studio.report(error));
    const timer = setTimeout(look, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, most, studio]);
  const search = (event) => {
    setText(event.currentTarget.value);
    setMost(PAGE);
  };
  return html`<label class="search" for="spec-search">${words.say("size_search")}</label>
    <input
      id="spec-search"
      type="search"
      autocomplete="off"
      value=${text}
      onInput=${search}
      aria-describedby="spec-count"
    />
    <p id="spec-count" class="fine" role="status">
      ${words.say(found.total ? "size_found" : "size_none", { count: found.total })}
    </p>
    <fieldset class="specs">
      <legend class="hidden">${words.say("size_results")}</legend>
      ${found.specs.map(
        (spec) =>
          html`<label key=${spec.spec_id}>
            <input
              type="radio"
              name="spec"
              value=${spec.spec_id}
              checked=${studio.frame.spec_id ? studio.frame.spec_id === spec.spec_id : !studio.frame.size && studio.spec?.spec_id === spec.spec_id}
              onChange=${() => studio.reframe(spec)}
            />
            <${Shape} spec=${spec} />
            <span><b>${words.of(spec, "name")}</b><small>${dimensions(spec, words)}</small></span>
            <abbr>${spec.country}</abbr>
          </label>`,
      )}
    </fieldset>
    ${
      found.total > found.specs.length &&
      most < 100 &&
      html`<button type="button" class="quiet" onClick=${() => setMost(most + 2 * PAGE)}>
        ${words.say("size_more")}
      </button>`
    }`;
}

/** The format, drawn. @param {{spec: any}} props */
function Shape({ spec }) {
  const height = 30;
  const width = (height * spec.width_mm) / spec.height_mm;
  return html`<svg class="shape" viewBox="0 0 32 32" aria-hidden="true">
    <rect x=${16 - width / 2} y="1" width=${width} height=${height} rx="1.500" />
  </svg>`;
}

/** @param {{studio: Studio}} props */
function OwnSize({ studio }) {
  const words = useWords();
  const use = (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    const unit = data.get("unit");
    const [width, height, dpi] = ["width", "height", "dpi"].map((name) => Number(data.get(name)));
    studio.reframe(null, { [`width_${unit}`]: width, [`height_${unit}`]: height, dpi });
  };
  return html`<details>
    <summary>${words.say("size_own")}</summary>
    <form class="own" onSubmit=${use}>
      <label
        >${words.say("size_width")}<input name="width" type="number" min="10" max="3000" step="any" value="35" required
      /></label>
      <label
        >${words.say("size_height")}<input
          name="height"
          type="number"
          min="10"
          max="3000"
          step="any"
          value="45"
          required
      /></label>
      <label
        >${words.say("size_unit")}<select name="unit">
          <option>mm</option>
          <option>px</option>
        </select></label
      >
      <label>dpi<input name="dpi" type="number" min="72" max="1200" value="300" required /></label>
      <button type="submit">${words.say("size_use")}</button>
    </form>
  </details>`;
}

// --- retouching

/** @param {{studio: Studio}} props */
export function RetouchPanel({ studio }) {
  const words = useWords();
  const effects = studio.document?.effects ?? [];
  return html`<h2>${words.say("tab_retouch")}</h2>
    ${studio.spec && !studio.spec.retouch_allowed && html`<p class="note"><${Icon} name="warn" />${words.say("retouch_warn")}</p>`}
    ${!effects.length && html`<p class="note">${words.say("retouch_none")}</p>`}
    ${effects.map((effect) => html`<${EffectRow} key=${effect.kind} studio=${studio} effect=${effect} />`)}`;
}

/** @param {{studio: Studio, effect: import("./document.js").Effect}} props */
function EffectRow({ studio, effect }) {
  const words = useWords();
  const { on, params, refusal } = studio.draft(effect);
  const turn = (wanted) => (wanted ? studio.adjust(effect, params) : studio.takeOff(effect.kind));
  return html`<div class=${on ? "effect on" : "effect"}>
    <${Switch} label=${words.name(effect.kind)} checked=${on} change=${turn} />
    ${words.language === "en" && !on && effect.description && html`<p class="fine">${effect.description.split("\n")[0]}</p>`}
    ${refusal && html`<p class="wrong" role="alert">${words.of(refusal, "message")}</p>`}
    ${
      on &&
      html`<${Form}
        id=${effect.kind}
        fields=${effect.fields}
        values=${params}
        pictures=${studio.materials[effect.kind]}
        lost=${() => studio.renewMaterials()}
        change=${(values, rest) => studio.adjust(effect, values, rest)}
      />`
    }
    ${on && effect.kind === "outfit" && html`<${OwnOutfits} studio=${studio} effect=${effect} />`}
  </div>`;
}

/** What the partner has registered: add one, delete one. @param {{studio: Studio, effect: import("./document.js").Effect}} props */
function OwnOutfits({ studio, effect }) {
  const words = useWords();
  const own = (studio.materials.outfit ?? []).filter((one) => !one.built_in);
  const { added, adding } = studio;
  const add = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const made = await studio.addOutfit(data.get("file"), data.get("name"), data.get("worn") === "yes");
    if (!made) return;
    form.reset();
    studio.adjust(effect, { material_id: made.material_id });
  };
  return html`<details>
    <summary>${words.say("own_outfits")}</summary>
    <form class="own-outfit" onSubmit=${add}>
      <label>${words.say("own_name")}<input name="name" type="text" maxlength="60" required /></label>
      <label>
        ${words.say("own_file")}
        <input name="file" type="file" accept="image/png,image/webp,image/jpeg" required />
      </label>
      <fieldset>
        <legend>${words.say("own_shows")}</legend>
        <label><input type="radio" name="worn" value="no" checked />${words.say("own_alone")}</label>
        <label><input type="radio" name="worn" value="yes" />${words.say("own_worn")}</label>
      </fieldset>
      <button type="submit" disabled=${adding}>${words.say(adding ? "working" : "own_add")}</button>
    </form>
    ${
      added &&
      html`<div class="fine" role="status">
        <p>${words.say("own_added", { name: words.of(added, "name") })}: ${words.say(`usable_${added.report.usable}`)}</p>
        <ul>
          ${added.report.findings.map((one) => html`<li key=${one.code}>${words.of(one, "message")}</li>`)}
        </ul>
      </div>`
    }
    ${
      own.length > 0 &&
      html`<ul class="own-list">
        ${own.map(
          (one) =>
            html`<li key=${one.material_id}>
              <span>${words.of(one, "name")}</span>
              <button
                type="button"
                class="quiet small"
                aria-label=${words.say("own_delete", { name: words.of(one, "name") })}
                onClick=${() => studio.deleteOutfit(one.material_id)}
              >
                <${Icon} name="cross" />
              </button>
            </li>`,
        )}
      </ul>`
    }
  </details>`;
}

// --- background

const NAMED = ["#FFFFFF", "#438EDB", "#FF0000", "#F5F5F5", "#66B5F2", "#4B6190"];
const GRADIENTS = [0, 1, 2, 3];

/** @param {{studio: Studio}} props */
export function BackgroundPanel({ studio }) {
  const words = useWords();
  const done = studio.step("background")?.params ?? studio.step("make").params.background;
  const [draft, setDraft] = useState(done);
  const waiting = studio.queue.some((change) => change.key === "background");
  useEffect(() => {
    if (!waiting) setDraft(done);
  }, [JSON.stringify(done), waiting]);
  const colors = new Set([...(studio.spec?.backgrounds ?? []), ...NAMED]);
  const offered = [...colors].map((color) => ({ value: color, color, name: color }));
  const paint = (patch, rest = false) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    studio.apply("background", next, rest);
  };
  const shaded = draft.gradient !== 0;
  return html`<h2>${words.say("tab_background")}</h2>
    ${studio.spec && !studio.spec.background_replace_allowed && html`<p class="note"><${Icon} name="warn" />${words.say("background_warn")}</p>`}
    <${Swatches}
      id="start"
      legend=${words.say("background_color")}
      offered=${offered}
      value=${draft.color}
      change=${(color, rest) => paint({ color }, rest)}
    />
    <${Choice}
      name="gradient"
      label=${words.say("background_gradient")}
      value=${draft.gradient}
      options=${GRADIENTS.map((kind) => [kind, words.say(`gradient_${kind}`)])}
      change=${(gradient) => paint({ gradient })}
    />
    ${
      shaded &&
      html`<${Swatches}
        id="end"
        legend=${words.say("background_end")}
        offered=${offered}
        value=${draft.end_color}
        change=${(end_color, rest) => paint({ end_color }, rest)}
      />`
    }
    ${
      studio.step("background") &&
      html`<button type="button" class="quiet" onClick=${() => studio.takeOff("background")}>
        <${Icon} name="undo" />${words.say("background_original")}
      </button>`
    }`;
}
