/** What every view uses: markup without a build, the words of the reader's language, small parts. */

import { createContext, h } from "./preact.js";
import { useContext } from "./hooks.js";
import htm from "./htm.js";
import { Words } from "./words.js";

/** @type {(parts: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(h);

/** @type {any} */
export const Language = createContext(new Words("en"));

/** @returns {Words} */
export const useWords = () => useContext(Language);

const ICONS = {
  camera:
    "M4 8h3l1.5-2.5h7L17 8h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zm8 8.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z",
  photo: "M4 5h16v14H4zM8.500 10a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3zM4 17l5-5 4 4 3-3 4 4",
  size: "M5 4h14v16H5zM9 4v3M5 9h3M5 14h3M14 4v3",
  retouch:
    "M12 3l1.800 5.200L19 10l-5.200 1.800L12 17l-1.800-5.200L5 10l5.200-1.800zM18.500 15.500l.8 2.200 2.200.8-2.200.8-.8 2.200-.8-2.200-2.200-.8 2.200-.8z",
  background: "M4 4h16v16H4zM4 15l11-11M4 20L20 4M9.500 20L20 9.500",
  check: "M4 12.500l5 5L20 6.500",
  save: "M12 4v11m-4.500-4L12 15.500 16.500 11M4.500 19.500h15",
  cross: "M6 6l12 12M18 6L6 18",
  warn: "M12 4l9 16H3zM12 10v4.500M12 17.300v.2",
  undo: "M9 7L4.500 11.500 9 16M5 11.500h9a5 5 0 0 1 0 10h-2",
};

/** A drawing that says nothing to a screen reader. @param {{name: keyof typeof ICONS}} props */
export const Icon = ({ name }) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;

/** @param {{checked: boolean, label: string, change: (on: boolean) => void, disabled?: boolean, bare?: boolean}} props */
export const Switch = ({ checked, label, change, disabled, bare }) =>
  html`<label class="switch">
    ${!bare && html`<span>${label}</span>`}
    <input
      type="checkbox"
      role="switch"
      aria-label=${bare ? label : undefined}
      checked=${checked}
      disabled=${disabled}
      onChange=${(event) => change(event.currentTarget.checked)}
    />
  </label>`;

/**
 * One choice of a few, as buttons.
 * @param {{label: string, name: string, value: any, options: [any, any][], change: (value: any) => void}} props
 */
export const Choice = ({ label, name, value, options, change }) =>
  html`<fieldset class="choice">
    <legend>${label}</legend>
    <div class="segments">
      ${options.map(
        ([option, text]) =>
          html`<label key=${option}>
            <input type="radio" name=${name} checked=${value === option} onChange=${() => change(option)} />
            <span>${text}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;

/**
 * A choice of a colour, of those that are offered or one's own.
 * @param {{id: string, legend: string, offered: {value: string, color: string, name: string}[], value: string,
 *   change: (value: string, rest?: boolean) => void, disabled?: boolean}} props
 */
export function Swatches({ id, legend, offered, value, change, disabled }) {
  const words = useWords();
  const chosen = offered.find((one) => one.value === value);
  return html`<fieldset class="swatches">
    <legend>${legend}</legend>
    ${offered.map(
      (one) =>
        html`<label key=${one.value} title=${one.name}>
          <input
            type="radio"
            name=${`swatch-${id}`}
            aria-label=${one.name}
            checked=${chosen === one}
            disabled=${disabled}
            onChange=${() => change(one.value)}
          />
          <span style=${{ background: one.color }}></span>
        </label>`,
    )}
    <label class=${chosen ? "own-color" : "own-color chosen"}>
      <span>${words.say("background_own")}</span>
      <input
        type="color"
        value=${(chosen?.color ?? value).toLowerCase()}
        disabled=${disabled}
        onInput=${(event) => change(event.currentTarget.value.toUpperCase(), true)}
      />
    </label>
  </fieldset>`;
}

/** Milliseconds as seconds. @param {number} ms */
export const seconds = (ms) => (ms / 1000).toFixed(ms < 9950 ? 1 : 0);

/** Bytes as KB of 1000. @param {number} bytes */
export const kilobytes = (bytes) => `${Math.round(bytes / 1000)} KB`;
