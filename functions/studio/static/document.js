/**
 * What the API can do, read from its own description: a new effect needs no code here.
 *
 * @typedef {{name: string, type: "number"|"integer"|"boolean"|"enum"|"string"|"object"|"list", nullable: boolean,
 *   least: number, most: number, initial: any, description: string, options: any[], fields: Field[]}} Field
 * @typedef {{kind: string, summary: string, description: string, fields: Field[]}} Effect
 */

/** Fields of a request that the page fills in by itself. */
const OWN = new Set(["mt_generate_id", "policy", "out_request_id", "watermark_id"]);

/** Fields that say the most stand first; the document has its fields in the order of the alphabet. */
const FIRST = [
  "material_id",
  "color",
  "level",
  "strength",
  "intensity",
  "fit",
  "shoulder_width",
  "format",
  "kb",
  "paper",
];

/** @param {string} name */
const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

export class ApiDocument {
  /** @param {any} text the parsed openapi.json */
  constructor(text) {
    this.text = text;
    this.chainFields = new Set(Object.keys(this.request("/chain", "post")?.properties ?? {}));
    const undone = this.request("/rollback", "post")?.properties?.without?.items?.enum ?? [];
    /** @type {Effect[]} */
    this.effects = undone
      .filter((kind) => kind !== "background" && this.has(`/${kind}`))
      .map((kind) => this.effect(kind));
  }

  /** @param {string} path @param {string} [method] */
  has(path, method = "post") {
    return Boolean(this.text.paths[path]?.[method]);
  }

  /** Whether a request has a field. @param {string} path @param {string} field */
  takes(path, field) {
    return Boolean(this.request(path, "post")?.properties?.[field]);
  }

  /** @param {string} kind @returns {Effect} */
  effect(kind) {
    const operation = this.text.paths[`/${kind}`].post;
    return {
      kind,
      summary: operation.summary ?? "",
      description: operation.description ?? "",
      fields: this.fields(this.request(`/${kind}`, "post")),
    };
  }

  /** @param {string} path @param {string} method */
  request(path, method) {
    const content = this.text.paths[path]?.[method]?.requestBody?.content;
    return content && this.resolve(Object.values(content)[0].schema);
  }

  /** The fields of a request that a person sets. @param {any} schema @returns {Field[]} */
  fields(schema) {
    return Object.entries(schema?.properties ?? {})
      .filter(([name]) => !OWN.has(name))
      .map(([name, field]) => this.field(name, field))
      .sort((one, other) => rank(one.name) - rank(other.name));
  }

  /** @param {string} name @param {any} raw @returns {Field} */
  field(name, raw) {
    const whole = this.resolve(raw);
    const parts = (whole.anyOf ?? whole.oneOf ?? [whole]).map((part) => this.resolve(part));
    const real = parts.filter((part) => part.type !== "null");
    const options = real.flatMap((part) => part.enum ?? (part.const === undefined ? [] : [part.const]));
    const first = real[0] ?? {};
    const named = real.find((part) => part.description) ?? {};
    const type = options.length ? "enum" : first.type === "array" ? "list" : (first.type ?? "string");
    return {
      name,
      type,
      nullable: real.length < parts.length,
      least: first.minimum ?? first.exclusiveMinimum ?? 0,
      most: first.maximum ?? first.exclusiveMaximum ?? 100,
      initial: whole.default ?? (real.length < parts.length ? null : undefined),
      description: whole.description ?? named.description ?? "",
      options,
      fields: type === "object" ? this.fields(first) : [],
    };
  }

  /** @param {any} schema @returns {any} */
  resolve(schema) {
    if (!schema) return {};
    if (schema.allOf?.length === 1) return { ...this.resolve(schema.allOf[0]), ...schema, allOf: undefined };
    if (!schema.$ref) return schema;
    const { $ref, ...own } = schema;
    const named = $ref
      .slice(2)
      .split("/")
      .reduce((place, part) => place[part], this.text);
    return { ...this.resolve(named), ...own };
  }
}

/** The values that a form begins with. @param {Field[]} fields @returns {Record<string, any>} */
export function initialValues(fields) {
  const values = {};
  for (const field of fields) {
    if (field.initial !== undefined && field.initial !== null) values[field.name] = field.initial;
    else if (field.type === "number" || field.type === "integer") {
      if (!field.nullable) values[field.name] = field.least;
    } else if (field.type === "enum" && !field.nullable) values[field.name] = field.options[0];
  }
  return values;
}

/** Only what the request of an effect takes. @param {Record<string, any>} params @param {Field[]} fields */
export function accepted(params, fields) {
  const names = new Set(fields.map((field) => field.name));
  return Object.fromEntries(Object.entries(params).filter(([name, value]) => names.has(name) && value !== null));
}
