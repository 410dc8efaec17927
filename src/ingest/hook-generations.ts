import type { HookScope } from "../model/delivery.ts";
import { type HookSubject, scopeText } from "./hook-token.ts";

/** Generations in force, by hook: the newest, and while its sender is changed over the one before. */
export type InForce = readonly [newest: number, before?: number];
/** Of hooks whose generations were raised. */
export type HookGenerations = ReadonlyMap<string, InForce>;

/** The generation of a hook that was never revoked. */
const FIRST: InForce = [1];

/**
 * Reads `<source>/<owner>[/<scope>]=<generation>`, separated by commas or lines; `#` begins a comment. `1+2`: both are in force.
 * Scopes as in a hook's signed text: `repo:myapp-cd`, `image:quay.io/acme`.
 *
 * @returns the generations, or the first entry that cannot be read.
 */
export function parseHookGenerations(
  text: string,
): { readonly generations: HookGenerations } | { readonly wrong: string } {
  const generations = new Map<string, InForce>();
  for (const line of text.split(/[\n,]/)) {
    const entry = line.replace(/#.*/, "").trim();
    if (entry === "") continue;
    const [, hook, numbers = ""] =
      /^([a-z-]+\/[A-Za-z0-9_-]+(?:\/(?:repo|image):[^\s=]+)?)\s*=\s*([1-9]\d{0,8}(?:\s*\+\s*[1-9]\d{0,8})?)$/.exec(
        entry,
      ) ?? [];
    if (hook === undefined) return { wrong: entry };
    const [newest = 1, before] = numbers
      .split("+")
      .map(Number)
      .sort((a, b) => b - a);
    generations.set(hook.toLowerCase(), before === undefined ? [newest] : [newest, before]);
  }
  return { generations };
}

/** The generations of a hook that are in force, the newest first. Raising one hook's leaves its owner's other hooks as they are. */
export function hookGenerationsOf(
  generations: HookGenerations,
  hook: Omit<HookSubject, "generation">,
): InForce {
  return generations.get(keyOf(hook.source, hook.owner, hook.scope)) ?? FIRST;
}

function keyOf(source: string, owner: string, scope: HookScope): string {
  const name = `${source}/${owner.toLowerCase()}`;
  return scope.kind === "owner" ? name : `${name}/${scopeText(scope)}`;
}
