/** Before there is a photo: the key, the place to drop it, the camera. */

import { useEffect, useRef, useState } from "./hooks.js";
import { html, Icon, useWords } from "./view.js";

/** @typedef {import("./studio.js").Studio} Studio */

/** @param {{studio: Studio}} props */
export function KeyForm({ studio }) {
  const words = useWords();
  const [wrong, setWrong] = useState(false);
  const [asking, setAsking] = useState(false);
  const use = async (event) => {
    event.preventDefault();
    setAsking(true);
    setWrong(!(await studio.useKey(String(new FormData(event.target).get("key")))));
    setAsking(false);
  };
  return html`<section class="card">
    <h1>${words.say("key_title")}</h1>
    <p>${words.say("key_why")}</p>
    <form onSubmit=${use}>
      <label for="key">${words.say("key_label")}</label>
      <input
        id="key"
        name="key"
        type="password"
        autocomplete="off"
        required
        aria-invalid=${wrong}
        aria-describedby=${wrong ? "key-wrong" : undefined}
      />
      ${wrong && html`<p id="key-wrong" class="wrong" role="alert">${words.say("key_wrong")}</p>`}
      <button type="submit" class="primary" disabled=${asking}>${words.say("key_use")}</button>
    </form>
  </section>`;
}

/** @param {{studio: Studio, camera: () => void}} props */
export function Start({ studio, camera }) {
  const words = useWords();
  const [over, setOver] = useState(false);
  const input = useRef(null);
  const begin = (files) => files?.length && studio.begin(files[0]);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    begin(event.dataTransfer.files);
  };
  const drag = (event) => {
    event.preventDefault();
    setOver(true);
  };
  const open = (event) => {
    event.preventDefault();
    const order = String(new FormData(event.target).get("order")).trim();
    if (order) studio.resume(order);
  };
  return html`<section
      class=${over ? "drop over" : "drop"}
      onDragOver=${drag}
      onDragLeave=${() => setOver(false)}
      onDrop=${drop}
    >
      <${Silhouette} />
      <h1>${words.say("drop_title")}</h1>
      <p>${words.say("drop_text")}</p>
      <p class="buttons">
        <button type="button" class="primary" onClick=${() => input.current.click()}>
          <${Icon} name="photo" />${words.say("drop_choose")}
        </button>
        <button type="button" onClick=${camera}><${Icon} name="camera" />${words.say("drop_camera")}</button>
      </p>
      <input
        ref=${input}
        class="hidden"
        type="file"
        accept="image/*,.heic,.heif,.avif"
        tabindex="-1"
        aria-label=${words.say("drop_choose")}
        onChange=${(event) => begin(event.currentTarget.files)}
      />
      <p class="fine">${words.say("drop_tip")}</p>
    </section>
    <form class="earlier" onSubmit=${open}>
      <label for="earlier">${words.say("earlier")}</label>
      <input id="earlier" name="order" type="text" autocomplete="off" placeholder=${words.say("earlier_label")} />
      <button type="submit">${words.say("earlier_open")}</button>
    </form>`;
}

const Silhouette = () =>
  html`<svg class="silhouette" viewBox="0 0 100 140" aria-hidden="true">
    <rect x="1" y="1" width="98" height="138" rx="6" />
    <path
      d="M26 57c0-17 9-27 24-27s24 10 24 27-10 32-24 32-24-15-24-32zM4 139c2-22 12-34 35-41v-12M96 139c-2-22-12-34-35-41v-12"
    />
    <path class="line" d="M4 30h92M4 58h92M4 89h92" />
  </svg>`;

/** @param {{take: (file: Blob) => void, close: () => void}} props */
export function Camera({ take, close }) {
  const words = useWords();
  const dialog = useRef(null);
  const video = useRef(null);
  const [failed, setFailed] = useState(false);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    /** @type {MediaStream | undefined} */
    let stream;
    let left = false;
    dialog.current.showModal();
    const wanted = { video: { facingMode: "user", width: { ideal: 4096 }, height: { ideal: 2160 } } };
    Promise.resolve(navigator.mediaDevices?.getUserMedia(wanted)).then(
      (found) => {
        stream = found;
        if (left || !found) return left ? stop(stream) : setFailed(true);
        video.current.srcObject = found;
      },
      () => setFailed(true),
    );
    return () => {
      left = true;
      stop(stream);
    };
  }, []);
  const shoot = () => {
    const picture = document.createElement("canvas");
    picture.width = video.current.videoWidth;
    picture.height = video.current.videoHeight;
    picture.getContext("2d").drawImage(video.current, 0, 0);
    picture.toBlob(take, "image/jpeg", 0.95);
  };
  return html`<dialog ref=${dialog} class="camera" aria-label=${words.say("camera_title")} onClose=${close}>
    ${
      failed
        ? html`<p role="alert">${words.say("camera_none")}</p>`
        : html`<video ref=${video} autoplay playsinline muted onLoadedData=${() => setReady(true)}></video>`
    }
    <p class="buttons">
      <button type="button" class="primary" disabled=${!ready || failed} onClick=${shoot}>
        <${Icon} name="camera" />${words.say("camera_take")}
      </button>
      <button type="button" onClick=${close}>${words.say("camera_close")}</button>
    </p>
  </dialog>`;
}

/** @param {MediaStream | undefined} stream */
const stop = (stream) => stream?.getTracks().forEach((track) => track.stop());
