/** The files, the print sheet, and the same by code. */

import { useState } from "./hooks.js";
import { Faults, Verdict } from "./check.js";
import { asCurl, asPython, chainBody } from "./code.js";
import { initialValues } from "./document.js";
import { Form } from "./forms.js";
import { html, Icon, kilobytes, Switch, useWords } from "./view.js";

/** @typedef {import("./studio.js").Studio} Studio */

/** @param {{studio: Studio}} props */
export function SavePanel({ studio }) {
  const words = useWords();
  const { image, cutout, frame } = studio.result;
  const name = `${studio.order}-${frame.spec_id}`;
  return html`<h2>${words.say("save_title")}</h2>
    <ul class="files">
      <${File} studio=${studio} title=${words.say("save_photo")} image=${image} name=${`${name}.jpg`} />
      <${File} studio=${studio} title=${words.say("save_cutout")} image=${cutout} name=${`${name}.png`} />
    </ul>
    ${
      studio.check &&
      html`<${Switch}
        label=${words.say("watermark")}
        checked=${studio.watermark}
        change=${(on) => (studio.set({ watermark: on }), studio.reframe(studio.spec, studio.frame.size))}
      />`
    }
    ${["export", "layout"].filter((kind) => studio.document.has(`/${kind}`)).map((kind) => html`<${Product} key=${kind} studio=${studio} kind=${kind} />`)}
    <${Code} studio=${studio} />
    <${Erase} studio=${studio} />`;
}

/** @param {{studio: Studio, title: string, image: any, name: string}} props */
function File({ studio, title, image, name }) {
  const words = useWords();
  const facts = [image.format.toUpperCase(), `${image.width} × ${image.height} px`, kilobytes(image.bytes)];
  const save = () => download(image.url, name).catch((error) => studio.report(error));
  return html`<li>
    <span>${title}<small>${facts.join(" · ")}</small></span>
    <button type="button" onClick=${save} aria-label=${`${words.say("save_download")}: ${title}`}>
      <${Icon} name="save" />${words.say("save_download")}
    </button>
  </li>`;
}

/** Save a file of another host under a name of ours. @param {string} url @param {string} name */
async function download(url, name) {
  const answer = await fetch(url);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What a request could name beside the photo that is shown. */
const ELSEWHERE = new Set(["background", "spec_id", "outputs", "photos"]);
const SEEN = new Set(["jpeg", "png", "webp"]);
const SUFFIX = { jpeg: "jpg", tiff: "tif" };

/** A file that the API makes of the photo: the export, the print sheet. @param {{studio: Studio, kind: string}} props */
function Product({ studio, kind }) {
  const words = useWords();
  const fields = studio.document.effect(kind).fields.filter((field) => !ELSEWHERE.has(field.name));
  const kb = kind === "export" && studio.spec?.kb;
  const [values, setValues] = useState(() => ({ ...initialValues(fields), ...(kb && { kb }) }));
  const [made, setMade] = useState({ of: "", answer: null });
  const run = async (signal) => {
    const answer = await studio.post(kind, values, signal);
    setMade({ of: studio.result.mt_generate_id, answer });
  };
  const answer = made.of === studio.result.mt_generate_id ? made.answer : null;
  const name = (image) => `${studio.order}-${kind}.${SUFFIX[image.format] ?? image.format}`;
  return html`<section class="product">
    <h3>${words.say(`${kind}_title`)}</h3>
    <${Form} id=${kind} fields=${fields} values=${values} change=${setValues} />
    <button
      type="button"
      class=${kind === "export" ? "primary" : ""}
      disabled=${studio.busy === kind}
      onClick=${() => studio.change({ key: kind, name: kind, run })}
    >
      ${words.say(`${kind}_go`)}
    </button>
    ${pictures(answer).map(
      ({ name: title, image }) =>
        html`${SEEN.has(image.format) && html`<img class="sheet" src=${image.url} alt=${words.say(`${kind}_alt`)} />`}
          <ul class="files">
            <${File} studio=${studio} title=${words.name(title)} image=${image} name=${name(image)} />
          </ul>`,
    )}
    ${answer && reports(answer).map((report) => html`<${Verdict} report=${report} /><${Faults} report=${report} />`)}
  </section>`;
}

/** Every stored picture in an answer. @param {any} answer @returns {{name: string, image: any}[]} */
function pictures(answer, name = "") {
  if (!answer || typeof answer !== "object") return [];
  if (typeof answer.url === "string" && answer.bytes) return [{ name, image: answer }];
  return Object.entries(answer).flatMap(([key, part]) => pictures(part, Number.isNaN(Number(key)) ? key : name));
}

/** The checks of the files in an answer. @param {any} answer @returns {any[]} */
const reports = (answer) => (answer.files ?? []).map(({ file }) => file?.photo_check).filter(Boolean);

/** @param {{studio: Studio}} props */
function Code({ studio }) {
  const words = useWords();
  const body = chainBody(studio);
  const base = studio.api.base.href;
  return html`<section class="product">
    <h3>${words.say("code_title")}</h3>
    <p class="fine">${words.say("code_text")}</p>
    <${Snippet} title="curl" text=${asCurl(body, base)} />
    <${Snippet} title="Python" text=${asPython(body, base)} />
  </section>`;
}

/** @param {{title: string, text: string}} props */
function Snippet({ title, text }) {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return html`<details class="snippet">
    <summary>${title}</summary>
    <pre tabindex="0" aria-label=${title}>${text}</pre>
    <button type="button" onClick=${copy} aria-label=${`${words.say("copy")}: ${title}`}>
      ${words.say(copied ? "copied" : "copy")}
    </button>
  </details>`;
}

/** @param {{studio: Studio}} props */
function Erase({ studio }) {
  const words = useWords();
  const [asked, setAsked] = useState(false);
  if (!asked)
    return html`<button type="button" class="quiet danger" onClick=${() => setAsked(true)}>
      ${words.say("erase")}
    </button>`;
  return html`<div class="ask" role="alertdialog" aria-label=${words.say("erase")}>
    <p>${words.say("erase_ask")}</p>
    <p class="buttons">
      <button type="button" class="danger" onClick=${() => studio.erase()}>${words.say("erase_yes")}</button>
      <button type="button" class="quiet" onClick=${() => setAsked(false)}>${words.say("cancel")}</button>
    </p>
  </div>`;
}
