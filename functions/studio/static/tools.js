/** The panels beside the photo. */

import { useEffect, useRef, useState } from "./hooks.js";
import { BackgroundPanel, RetouchPanel, SizePanel } from "./panels.js";
import { CheckPanel } from "./check.js";
import { SavePanel } from "./save.js";
import { html, Icon, useWords } from "./view.js";

/** @typedef {import("./studio.js").Studio} Studio */

const TABS = [
  ["size", SizePanel],
  ["retouch", RetouchPanel],
  ["background", BackgroundPanel],
  ["check", CheckPanel],
  ["save", SavePanel],
];

/** @param {{studio: Studio}} props */
export function Tools({ studio }) {
  const words = useWords();
  const [chosen, setChosen] = useState("size");
  const list = useRef(null);
  const tabs = TABS.filter(
    ([name]) => studio.result || name === "check" || (name === "size" && studio.phase === "refused"),
  );
  const current = tabs.some(([name]) => name === chosen) ? chosen : tabs[0][0];
  const Panel = tabs.find(([name]) => name === current)[1];
  useEffect(() => {
    if (studio.phase === "uploading") setChosen("size");
    if (studio.phase === "refused") setChosen("check");
  }, [studio.phase]);
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = (tabs.findIndex(([name]) => name === current) + step + tabs.length) % tabs.length;
    setChosen(tabs[place][0]);
    list.current.children[place].focus();
  };
  return html`<section class="tools" aria-label=${words.say("tabs")}>
    <div class="tabs" role="tablist" aria-label=${words.say("tabs")} ref=${list} onKeyDown=${move}>
      ${tabs.map(
        ([name]) =>
          html`<button
            key=${name}
            type="button"
            role="tab"
            id=${`tab-${name}`}
            aria-selected=${name === current}
            aria-controls="panel"
            tabindex=${name === current ? 0 : -1}
            onClick=${() => setChosen(name)}
          >
            <${Icon} name=${name} /><span>${words.say(`tab_${name}`)}</span>
          </button>`,
      )}
    </div>
    <div class="panel" id="panel" role="tabpanel" tabindex="0" aria-labelledby=${`tab-${current}`}>
      <${Panel} studio=${studio} />
    </div>
  </section>`;
}
