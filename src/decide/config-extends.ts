import { readConfigText } from "./config-text.ts";

/** The repo whose config a config text builds on, by its `_extends`. */
export type Extends =
  | { readonly kind: "none" }
  /** `owner` `null`: the same owner. Both in lower case. */
  | { readonly kind: "repo"; readonly owner: string | null; readonly name: string }
  | { readonly kind: "invalid"; readonly message: string };

/** One config that another one builds on. */
export type ExtendedBase =
  | { readonly kind: "text"; readonly repo: string; readonly text: string }
  /** It cannot be had: a sentence for the person who wrote `_extends`. */
  | { readonly kind: "trouble"; readonly message: string };

/**
 * Reads `_extends: repo` or `_extends: owner/repo` from a config text. A text that is no YAML map extends nothing: its own
 * faults are told by `parseConfig`.
 */
export function readExtends(text: string): Extends {
  const { value } = readConfigText(text);
  if (!isMap(value) || !Object.hasOwn(value, "_extends")) return { kind: "none" };
  const written = value._extends;
  const parts = typeof written === "string" ? /^(?:([\w-]+)\/)?([\w.-]+)$/.exec(written) : null;
  if (parts === null) {
    return { kind: "invalid", message: "Write `_extends` as `owner/repo`, or `repo`." };
  }
  const [, owner, name = ""] = parts;
  return { kind: "repo", owner: owner?.toLowerCase() ?? null, name: name.toLowerCase() };
}

/**
 * Lays a config over those that it extends, nearest first: a key at the top stands as a whole where it is nearest (as in
 * Probot's `context.config`).
 */
export function mergedConfig(own: unknown, bases: readonly unknown[]): unknown {
  const maps = [...bases].reverse().filter(isMap);
  if (!isMap(own)) return own;
  const { _extends: _, ...rest } = own;
  return Object.assign({}, ...maps.map(({ _extends: __, ...base }) => base), rest);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
