import type { TagPolicy } from "../model/config.ts";
import { compareVersions, type Versioned } from "./order.ts";
import { tagVerdict } from "./tag-policy.ts";

/** For each version that stands in an entry, the newest of `found` that may take its place; each once. */
export function newerVersions<T extends Versioned & { readonly tag: string }>(
  policy: TagPolicy,
  found: readonly T[],
  present: readonly Versioned[],
): readonly T[] {
  const newest = present.flatMap((stands) => {
    const fit = found.filter(
      (one) =>
        tagVerdict(policy, one.tag, stands.tag).kind === "ok" &&
        compareVersions(policy, one, stands) === "newer",
    );
    return fit.reduce<T[]>(([best], next) => {
      const better = best === undefined || compareVersions(policy, next, best) === "newer";
      return [better ? next : best];
    }, []);
  });
  return [...new Set(newest)];
}
