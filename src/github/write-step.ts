import type { z } from "zod";
import type { Host } from "./host.ts";

/** One mutation of a write, as a root field of a document and, for hosts that lack the field, as REST requests. */
export interface WriteStep<T> {
  /** Alias in the document. */
  readonly alias: string;
  /** The mutation, and the name of its input type. */
  readonly field: string;
  readonly inputType: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Selection of the payload. */
  readonly selection: string;
  /** What a payload says; `null`: it does not say that the mutation was done. */
  read(payload: unknown): T | null;
  /** The same over REST; what was done comes back in the shape of the GraphQL payload. */
  rest(host: Host): Promise<RestStep>;
}

export type RestStep<T = unknown> =
  | { readonly kind: "done"; readonly payload: T }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "unsure"; readonly detail: string };

/** The document that carries `steps` in their order. GraphQL runs the root fields of a mutation one after the other. */
export function writeDocument(steps: readonly WriteStep<unknown>[]): {
  what: string;
  text: string;
  variables: Record<string, unknown>;
} {
  const declared = steps.map(({ alias, inputType }) => `$${alias}: ${inputType}!`);
  const fields = steps.map(
    ({ alias, field, selection }) => `  ${alias}: ${field}(input: $${alias}) { ${selection} }`,
  );
  return {
    what: steps.map(({ field }) => field).join("+"),
    text: `mutation Write(${declared.join(", ")}) {\n${fields.join("\n")}\n}`,
    variables: Object.fromEntries(steps.map(({ alias, input }) => [alias, input])),
  };
}

/** A REST write; `shape` turns its answer into the GraphQL payload. */
export async function restStep<T>(
  host: Host,
  route: string,
  parameters: Record<string, unknown>,
  shape: z.ZodType<T>,
): Promise<RestStep<T>> {
  const sent = await host.write(route, parameters);
  if (sent.kind !== "done") return { kind: sent.kind, detail: sent.detail };
  const parsed = shape.safeParse(sent.answer);
  return parsed.success
    ? { kind: "done", payload: parsed.data }
    : { kind: "unsure", detail: `${route}: its answer has an unknown shape` };
}
