import type { Verb } from "../model/command.ts";

export const options = ["--from", "--reason", "--for", "--together"] as const;
export type Option = (typeof options)[number];

/** What may stand behind a verb. */
export interface VerbGrammar {
  /** The whole command, for help and for refusals. */
  readonly usage: string;
  readonly environment: "required" | "optional" | "none";
  readonly mostComponents: number;
  /** The word before a version; `null`: the verb takes none. */
  readonly versionWord: "to" | "version" | null;
  readonly options: readonly Option[];
  readonly reasonRequired: boolean;
  /** `/tagboat plan …` may stand before it. */
  readonly planned: boolean;
}

const PLAIN = {
  environment: "required",
  mostComponents: 1,
  versionWord: null,
  options: [],
  reasonRequired: false,
  planned: false,
} as const;

/** The grammar of each verb, in the order in which help tells them. */
export const grammars: Readonly<Record<Verb, VerbGrammar>> = {
  promote: {
    ...PLAIN,
    usage:
      '/promote <env> [component…] [to <version>] [--from <env or path>] [--reason "…"] [--together]',
    mostComponents: 20,
    versionWord: "to",
    options: ["--from", "--reason", "--together"],
    planned: true,
  },
  rollback: {
    ...PLAIN,
    usage: '/rollback <env> [component] [to <version>] [--reason "…"]',
    versionWord: "to",
    options: ["--reason"],
    planned: true,
  },
  status: { ...PLAIN, usage: "/tagboat status [env]", environment: "optional", mostComponents: 0 },
  hold: {
    ...PLAIN,
    usage: '/tagboat hold <env> [component] [--for 2h] [--reason "…"]',
    options: ["--for", "--reason"],
  },
  unhold: { ...PLAIN, usage: "/tagboat unhold <env> [component]" },
  ban: {
    ...PLAIN,
    usage: '/tagboat ban <env> [component] [version <version>] [--reason "…"]',
    versionWord: "version",
    options: ["--reason"],
  },
  unban: {
    ...PLAIN,
    usage: "/tagboat unban <env> [component] [version <version>]",
    versionWord: "version",
  },
  override: {
    ...PLAIN,
    usage: '/tagboat override <env> --reason "…"',
    mostComponents: 0,
    options: ["--reason"],
    reasonRequired: true,
  },
  rebuild: { ...PLAIN, usage: "/tagboat rebuild", environment: "none", mostComponents: 0 },
  help: { ...PLAIN, usage: "/tagboat help", environment: "none", mostComponents: 0 },
};
