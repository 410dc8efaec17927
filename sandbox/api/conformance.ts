import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import type { DescribedOperation, DescribedParameter, Description, Route } from "./openapi.ts";

/** Whether requests and answers are as GitHub's REST description has them. Schemas are compiled when first needed. */
export class Conformance {
  readonly #description: Description;
  readonly #bodies = ajv(false);
  /** Path and query parameters arrive as text: numbers and booleans are read from it. */
  readonly #parameters = ajv(true);
  readonly #compiled = new Map<string, ValidateFunction | null>();

  constructor(description: Description) {
    this.#description = description;
    for (const instance of [this.#bodies, this.#parameters])
      instance.addSchema({ $id: "gh", ...description }, "gh", false, false);
  }

  /** Reads path and query parameters by their schemas; `problems` says what does not fit. */
  parameters(
    route: Route,
    path: Readonly<Record<string, string>>,
    query: URLSearchParams,
  ): {
    readonly path: Record<string, unknown>;
    readonly query: Record<string, unknown>;
    readonly problems: readonly string[];
  } {
    const given = { path: { ...path }, query: Object.fromEntries(query) };
    const validate = this.#compile(`${route.id} parameters`, this.#parameters, () =>
      this.#parameterSchema(route),
    );
    const fits = validate?.(given) ?? true;
    return { ...given, problems: fits || !validate ? [] : problems(validate) };
  }

  body(route: Route, body: unknown): readonly string[] {
    const described = this.#operation(route).requestBody;
    if (described === undefined) return body === undefined ? [] : ["body: none is expected"];
    if (body === undefined) return described.required ? ["body: is missing"] : [];
    const at = `${pointer(route)}/requestBody/content/application~1json/schema`;
    if (!("application/json" in described.content)) return [];
    return this.#check(`${route.id} body`, { $ref: `gh#${at}` }, body);
  }

  /** An undocumented status is a problem too, except those that GitHub answers on any route. */
  answer(route: Route, status: number, body: unknown): readonly string[] {
    const response = this.#operation(route).responses[String(status)];
    if (response === undefined) return this.#undocumented(status, body);
    const at =
      "$ref" in response ? response.$ref.slice(1) : `${pointer(route)}/responses/${status}`;
    if (!this.#hasContent(response) && status >= 400) return this.#basicError(body);
    if (!this.#hasContent(response))
      return body === null ? [] : [`answer ${status}: a body where none is documented`];
    const schema = { $ref: `gh#${at}/content/application~1json/schema` };
    return this.#check(`${route.id} ${status}`, schema, body, status >= 400);
  }

  #undocumented(status: number, body: unknown): readonly string[] {
    if (![401, 403, 404].includes(status)) return [`answer ${status}: not documented`];
    return this.#basicError(body);
  }

  #basicError(body: unknown): readonly string[] {
    return this.#check("basic-error", { $ref: "gh#/components/schemas/basic-error" }, body);
  }

  #hasContent(response: DescribedOperation["responses"][string]): boolean {
    if (!("$ref" in response)) return "application/json" in (response.content ?? {});
    const name = response.$ref.split("/").at(-1) ?? "";
    const shared: { content?: object } = this.#description.components.responses?.[name] ?? {};
    return "application/json" in (shared.content ?? {});
  }

  #operation(route: Route): DescribedOperation {
    const found = this.#description.paths[route.path]?.[route.method.toLowerCase()];
    if (found === undefined) throw new Error(`Not described: ${route.id}`);
    return found;
  }

  #parameterSchema(route: Route): object {
    const places: Record<string, { properties: Record<string, object>; required: string[] }> = {
      path: { properties: {}, required: [] },
      query: { properties: {}, required: [] },
    };
    const operation = this.#operation(route);
    for (const [index, parameter] of operation.parameters.entries()) {
      const resolved = this.#resolve(parameter);
      const place = places[resolved.in];
      if (place === undefined) continue;
      const at =
        "$ref" in parameter ? parameter.$ref.slice(1) : `${pointer(route)}/parameters/${index}`;
      place.properties[resolved.name] = { $ref: `gh#${at}/schema` };
      if (resolved.required) place.required.push(resolved.name);
    }
    const query = { type: "object", additionalProperties: false, ...places.query };
    return { type: "object", properties: { path: { type: "object", ...places.path }, query } };
  }

  #resolve(parameter: DescribedOperation["parameters"][number]): DescribedParameter {
    if (!("$ref" in parameter)) return parameter;
    const name = parameter.$ref.split("/").at(-1) ?? "";
    return this.#description.components.parameters?.[name] as DescribedParameter;
  }

  #check(key: string, schema: object, value: unknown, ambiguous = false): readonly string[] {
    const validate = this.#compile(key, this.#bodies, () => schema);
    if (validate === null || validate(value)) return [];
    // Several kinds of error are one shape: `oneOf` of them contradicts itself where all of them fit.
    const fitsSeveral = (validate.errors ?? []).every(
      (e) => e.keyword === "oneOf" && Array.isArray(e.params.passingSchemas),
    );
    return ambiguous && fitsSeveral ? [] : problems(validate);
  }

  #compile(key: string, instance: Ajv, schema: () => object): ValidateFunction | null {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const compiled = instance.compile(schema());
    this.#compiled.set(key, compiled);
    return compiled;
  }
}

function ajv(coerceTypes: boolean): Ajv {
  const instance = new Ajv({
    strict: false,
    allErrors: true,
    validateSchema: false,
    inlineRefs: false,
    coerceTypes,
  });
  formats.default(instance);
  for (const format of ["repo.nwo", "timestamp", "binary"]) instance.addFormat(format, true);
  return instance;
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function pointer(route: Route): string {
  return `/paths/${escaped(route.path)}/${route.method.toLowerCase()}`;
}

function problems(validate: ValidateFunction): readonly string[] {
  const errors = validate.errors ?? [];
  return errors.map((e) => `${e.instancePath || "/"} ${e.message ?? e.keyword}`).slice(0, 8);
}
