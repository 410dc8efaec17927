import type { HookScope } from "../model/delivery.ts";
import { type HookSubject, scopeText } from "./hook-token.ts";

/** Generations above the first, by hook. */
export type HookGenerations = ReadonlyMap<string, number>;

/** The generation of a hook that was never revoked. */
const FIRST = 1;

/**
 * Reads `<source>/<owner>[/<scope>]=<generation>`, separated by commas or lines; `#` begins a comment.
 * Scopes as in a hook's signed text: `repo:myapp-cd`, `image:quay.io/acme`.
 *
 * @returns the generations, or the first entry that cannot be read.
 */
export function parseHookGenerations(
  text: string,
): { readonly generations: HookGenerations } | { readonly wrong: string } {
  const generations = new Map<string, number>();
  for (const line of text.split(/[\n,]/)) {
    const entry = line.replace(/#.*/, "").trim();
    if (entry === "") continue;
    const [, hook, generation] =
      /^([a-z-]+\/[A-Za-z0-9_-]+(?:\/(?:repo|image):[^\s=]+)?)\s*=\s*([1-9]\d{0,8})$/.exec(entry) ??
      [];
    if (hook === undefined) return { wrong: entry };
    generations.set(hook.toLowerCase(), Number(generation));
  }
  return { generations };
}

/** The generation in force of a hook. Raising one hook's leaves its owner's other hooks as they are. */
export function hookGenerationOf(
  generations: HookGenerations,
  hook: Omit<HookSubject, "generation">,
): number {
  return generations.get(keyOf(hook.source, hook.owner, hook.scope)) ?? FIRST;
}

function keyOf(source: string, owner: string, scope: HookScope): string {
  const name = `${source}/${owner.toLowerCase()}`;
  return scope.kind === "owner" ? name : `${name}/${scopeText(scope)}`;
}
