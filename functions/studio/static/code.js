/** The same photo by one call: as curl and as Python. */

/** @param {import("./studio.js").Studio} studio */
export function chainBody(studio) {
  const body = { out_request_id: "order-1001" };
  for (const step of studio.result.recipe) {
    const params = { ...studio.request(step) };
    if (step.kind === "make") {
      if (!params.watermark) params.watermark_id = "none";
      delete params.watermark;
      if (same(params.background, studio.spec?.backgrounds?.[0])) delete params.background;
    }
    body[step.kind] = params;
  }
  return { out_request_id: body.out_request_id, make: {}, ...body };
}

/** Whether a background is the plain usual one of the specification. @param {any} background @param {string | undefined} usual */
const same = (background, usual) => background && background.gradient === 0 && background.color === usual;

/** @param {any} body @param {string} base */
export function asCurl(body, base) {
  const sent = { out_request_id: body.out_request_id, img_url: "https://example.com/portrait.jpg", ...body };
  const json = JSON.stringify(sent, null, 2).replace(/'/g, "'\\''");
  return `curl -s '${base}chain' \\
  -H "x-api-key: $IDPHOTO_API_KEY" -H 'content-type: application/json' \\
  -d '${json}'`;
}

/** @param {any} value @param {number} [indent] @returns {string} */
function python(value, indent = 0) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const pad = " ".repeat(indent + 4);
  const inner = Array.isArray(value)
    ? value.map((part) => pad + python(part, indent + 4))
    : Object.entries(value).map(([name, part]) => `${pad}${JSON.stringify(name)}: ${python(part, indent + 4)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return inner.length ? `${open}\n${inner.join(",\n")},\n${" ".repeat(indent)}${close}` : open + close;
}

/** @param {any} body @param {string} base */
export function asPython(body, base) {
  return `import os
import httpx

key = {"x-api-key": os.environ["IDPHOTO_API_KEY"]}
with httpx.Client(base_url=${JSON.stringify(base)}, headers=key, timeout=60) as api:
    form = api.post("uploads").json()
    with open("portrait.jpg", "rb") as photo:
        httpx.post(form["url"], data=form["fields"], files={form["file_field"]: photo}).raise_for_status()
    request = ${python(body, 4)}
    answer = api.post("chain", json=request | {"upload_id": form["upload_id"]}).raise_for_status().json()
    print(answer["result"]["image"]["url"])
`;
}
