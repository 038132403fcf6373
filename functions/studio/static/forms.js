/** Forms made from the API's own description of a request. */

import { useState } from "./hooks.js";
import { Choice, html, Swatches, Switch, useWords } from "./view.js";

/** @typedef {import("./document.js").Field} Field */

const FEW = 4; // fields that are shown without asking for more
const FINE = 200; // a wider range than this is typed, not slid
const STEPS = 10; // a number that may be absent is typed, too, unless it has few steps

/** @param {Field} field */
const typed = ({ type, nullable, least, most }) =>
  most - least > FINE || (nullable && type === "integer" && most - least > STEPS);

/** What is usual in a field that takes any text. @type {Record<string, string[]>} */
const USUAL = {
  paper: ["5inch", "6inch", "7inch", "8inch", "3R", "4R", "5R", "A4", "A5", "A6", "Letter", "L", "2L"],
};

/**
 * Values after one was set. A field that may be absent is short for others, whose own values would go before it: a level
 * for all, or `eyes` for `eyes_left` and `eyes_right`.
 * @param {Field[]} fields
 * @param {Record<string, any>} values
 * @param {Field} field
 * @param {any} value undefined to leave it to the API
 */
function changed(fields, values, field, value) {
  const under = (short) => fields.filter((one) => one.name.startsWith(`${short.name}_`));
  const covers = (short, one) => (under(short).length ? under(short).includes(one) : one !== short);
  const short = (one) => one.nullable && one.type !== "string"; // a text says something of its own
  const gone = short(field)
    ? fields.filter((one) => covers(field, one))
    : fields.filter((one) => short(one) && covers(one, field));
  const dropped = new Set([field, ...gone].map((one) => one.name));
  const kept = Object.fromEntries(Object.entries(values).filter(([name]) => !dropped.has(name)));
  return value === undefined ? kept : { ...kept, [field.name]: value };
}

/**
 * @param {{fields: Field[], values: Record<string, any>, id: string, change: (values: Record<string, any>, rest: boolean) => void,
 *   disabled?: boolean, pictures?: any[], lost?: () => void}} props
 */
export function Form({ fields, values, id, change, disabled, pictures, lost }) {
  const words = useWords();
  const material = fields.find((field) => field.name === "material_id");
  const chosen = pictures?.find((one) => one.material_id === (values.material_id ?? material?.initial));
  const one = (field) => {
    const set = (value, rest = false) => change(kept(changed(fields, values, field, value), field, pictures), rest);
    return html`<${Control}
      key=${field.name}
      field=${field}
      value=${values[field.name]}
      id=${`${id}-${field.name}`}
      set=${set}
      disabled=${disabled}
      pictures=${pictures}
      colors=${chosen?.colors}
      lost=${lost}
    />`;
  };
  const more = fields.slice(FEW);
  return html`<div class="form">
    ${fields.slice(0, FEW).map(one)}
    ${
      more.length > 0 &&
      html`<details
        open=${more.some((field) => values[field.name] !== undefined && values[field.name] !== field.initial)}
      >
        <summary>${words.say("more_settings")}</summary>
        ${more.map(one)}
      </details>`
    }
  </div>`;
}

/**
 * Another material comes in other colours: a colour that it does not have is left to it.
 * @param {Record<string, any>} values @param {Field} field @param {any[]} [materials]
 */
function kept(values, field, materials) {
  if (field.name !== "material_id" || !values.color) return values;
  const colors = materials?.find((one) => one.material_id === values.material_id)?.colors ?? [];
  const has = colors.some((one) => one.id === values.color) || (colors.length > 0 && values.color.startsWith("#"));
  return has ? values : { ...values, color: undefined };
}

/** @param {{field: Field, value: any, id: string, set: (value: any, rest?: boolean) => void, disabled?: boolean, pictures?: any[], colors?: any[], lost?: () => void}} props */
function Control(props) {
  const { field, pictures, colors } = props;
  const words = useWords();
  if (pictures?.length && field.name === "material_id") return html`<${Pictures} ...${props} />`;
  if (colors && field.name === "color") return colors.length ? html`<${Colors} ...${props} />` : null;
  if (field.type === "number" || field.type === "integer")
    return typed(field) ? html`<${Typed} ...${props} />` : html`<${Slider} ...${props} />`;
  if (field.type === "boolean")
    return html`<${Switch}
      label=${words.name(field.name)}
      checked=${props.value ?? field.initial ?? false}
      change=${props.set}
      disabled=${props.disabled}
    />`;
  if (field.type === "enum") return html`<${Select} ...${props} />`;
  if (field.type === "object")
    return html`<fieldset class="group">
      <legend>${words.name(field.name)}</legend>
      <${Form}
        fields=${field.fields}
        values=${props.value ?? {}}
        id=${props.id}
        disabled=${props.disabled}
        change=${(values) => props.set(Object.keys(values).length ? values : undefined)}
      />
    </fieldset>`;
  if (field.type === "list") return null;
  return html`<${Text} ...${props} />`;
}

/** @param {any} props */
function Slider({ field, value, id, set, disabled }) {
  const words = useWords();
  const whole = field.type === "integer" || field.most - field.least > 20;
  const rests = field.nullable && value === undefined;
  return html`<div class="slider">
    <label for=${id} title=${field.description}>${words.name(field.name)}</label>
    <output for=${id}>${rests ? "–" : words.number(value ?? field.initial ?? field.least, 2)}</output>
    <input
      type="range"
      id=${id}
      min=${field.least}
      max=${field.most}
      step=${whole ? 1 : (field.most - field.least) / 100}
      value=${value ?? field.initial ?? field.least}
      disabled=${disabled}
      onInput=${(event) => set(Number(event.currentTarget.value), true)}
      onChange=${(event) => set(Number(event.currentTarget.value))}
    />
    ${
      field.nullable &&
      !rests &&
      html`<button type="button" class="quiet small" onClick=${() => set(undefined)}>${words.say("reset")}</button>`
    }
  </div>`;
}

/** A number that is typed. @param {any} props */
function Typed({ field, value, id, set, disabled }) {
  const words = useWords();
  return html`<div class="line">
    <label for=${id} title=${field.description}>${words.name(field.name)}</label>
    <input
      type="number"
      id=${id}
      min=${field.least}
      max=${field.most}
      step=${field.type === "integer" ? 1 : "any"}
      value=${value ?? field.initial ?? ""}
      disabled=${disabled}
      placeholder=${words.say("optional")}
      onChange=${(event) => set(event.currentTarget.value === "" ? undefined : Number(event.currentTarget.value))}
    />
  </div>`;
}

/** @param {any} props */
function Select({ field, value, id, set, disabled }) {
  const words = useWords();
  const choose = (text) => set(text === "" ? undefined : field.options.find((option) => String(option) === text));
  return html`<div class="line">
    <label for=${id} title=${field.description}>${words.name(field.name)}</label>
    <select
      id=${id}
      disabled=${disabled}
      value=${String(value ?? field.initial ?? "")}
      onChange=${(event) => choose(event.currentTarget.value)}
    >
      ${field.nullable && html`<option value="">${words.say("automatic")}</option>`}
      ${field.options.map((option) => html`<option key=${option} value=${String(option)}>${words.name(option)}</option>`)}
    </select>
  </div>`;
}

/** @param {any} props */
function Text({ field, value, id, set, disabled }) {
  const words = useWords();
  const usual = USUAL[field.name];
  return html`<div class="line">
    <label for=${id} title=${field.description}>${words.name(field.name)}</label>
    <input
      type="text"
      id=${id}
      list=${usual && `${id}-usual`}
      value=${value ?? field.initial ?? ""}
      disabled=${disabled}
      placeholder=${field.nullable ? words.say("optional") : ""}
      onChange=${(event) => set(event.currentTarget.value || undefined)}
    />
    ${usual && html`<datalist id=${`${id}-usual`}>${usual.map((one) => html`<option key=${one} value=${one}></option>`)}</datalist>`}
  </div>`;
}

/** The colours in which a material comes. @param {any} props */
function Colors({ field, value, id, set, disabled, colors }) {
  const words = useWords();
  const offered = colors.map((one) => ({ value: one.id, color: one.color, name: words.of(one, "name") }));
  return html`<${Swatches}
    id=${id}
    legend=${words.name(field.name)}
    offered=${offered}
    value=${value ?? offered[0].value}
    change=${set}
    disabled=${disabled}
  />`;
}

const FOR = ["women", "men", "child"]; // tags by which a long list is made shorter
const LONG = 12;

/** A choice by thumbnail, or by name where there is none. @param {any} props */
function Pictures({ field, value, id, set, disabled, pictures, lost }) {
  const words = useWords();
  const [wanted, setWanted] = useState("");
  const chosen = value ?? field.initial;
  const tags = pictures.length > LONG ? FOR.filter((tag) => pictures.some((one) => one.tags?.includes(tag))) : [];
  const shown = pictures.filter(
    (one) => !wanted || one.tags?.includes(wanted) || one.material_id === chosen || !one.built_in,
  );
  return html`${
      tags.length > 1 &&
      html`<${Choice}
        name=${`${id}-for`}
        label=${words.say("for")}
        value=${wanted}
        options=${["", ...tags].map((tag) => [tag, words.say(`for_${tag || "all"}`)])}
        change=${setWanted}
      />`
    }
    <fieldset class="pictures">
      <legend>${words.name(field.name)}</legend>
      ${shown.map(
        (one) =>
          html`<label key=${one.material_id}>
            <input
              type="radio"
              name=${id}
              checked=${chosen === one.material_id}
              disabled=${disabled}
              onChange=${() => set(one.material_id)}
            />
            ${one.picture && html`<img src=${one.picture} alt="" loading="lazy" onError=${lost} />`}
            <span>${words.of(one, "name") || words.name(one.material_id)}</span>
          </label>`,
      )}
    </fieldset>`;
}
