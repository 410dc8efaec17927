import { visible } from "../model/outside-text.ts";
import type { Switch, SwitchScope } from "../model/switches.ts";
import { parseWords } from "./desk-command.ts";
import { when, wrap } from "./terminal-text.ts";

/** What a switch holds, in words. */
export function scopeWords({ repo, environment }: SwitchScope): string {
  const where = repo === null ? "every CD repo" : visible(repo);
  if (environment === null) return repo === null ? "everything" : where;
  return `environment ${visible(environment)} of ${where}`;
}

/** One paragraph for each switch. */
export function switchLines(switches: readonly Switch[], indent: string): string[] {
  return switches.flatMap((held) =>
    wrap(`${scopeWords(held)}, since ${when(held.since)}: ${visible(held.reason, 500)}`, indent),
  );
}

const options = { env: { type: "string" }, reason: { type: "string" } } as const;

/** `[owner/repo] [--env NAME] [--reason TEXT]`, or what is wrong with it. */
export function readScope(
  args: readonly string[],
): { readonly scope: SwitchScope; readonly reason: string | null } | string {
  const parsed = parseWords(args, options, 1);
  if (typeof parsed === "string") return parsed;
  const { env = null, reason = null } = parsed.values;
  const repo = parsed.words[0]?.toLowerCase() ?? null;
  if (repo !== null && !/^[a-z0-9_-]+\/[a-z0-9._-]+$/.test(repo))
    return "name the CD repo as owner/repo";
  if (env?.trim() === "") return "--env must name an environment";
  return { scope: { repo, environment: env?.trim() ?? null }, reason: reason?.trim() ?? null };
}
