import type { Command } from "../model/command.ts";
import type { Config } from "../model/config.ts";
import type { Outcome } from "../model/outcome.ts";
import { code, table } from "../model/outside-text.ts";
import type { RepoRight } from "../model/people.ts";
import { grammars } from "../promote/command-grammar.ts";
import { isEntitled } from "../promote/gates/rights.ts";
import { artifactsIn, versionOf } from "../promote/held-artifacts.ts";
import { type Answer, namesWords } from "../promote/reply.ts";
import { shortName } from "../propose/title.ts";
import type { KnownRepo } from "./known-repo.ts";
import { refuse } from "./permitted.ts";

const ROWS_SHOWN = 100;

function answered(body: string): Answer {
  const outcome: Outcome = { kind: "skipped", place: null, reason: "answered", detail: "told" };
  return { body, reaction: "rocket", outcomes: [outcome] };
}

/** What this person may ask for in this repo. */
export function helpAnswer(config: Config, _command: Command, right: RepoRight): Answer {
  const writes = isEntitled({ right, teams: [] }, []);
  const lines = Object.entries(grammars)
    .filter(([verb]) => writes || verb === "help" || verb === "status")
    .map(([, { usage }]) => `- ${code(usage)}`);
  const environments = config.environments.map(({ after, allow, name }) => {
    const from = after.length === 0 ? "" : `, from ${namesWords(after)}`;
    const who = allow.teams.length === 0 ? "" : `, by ${namesWords(allow.teams)}`;
    return `- ${code(name)}${from}${who}`;
  });
  const may = writes ? "" : "\n\nMore is for people with write in this repo.";
  return answered(
    `A command is alone in a new comment. \`/tagboat plan …\` tells what one would do.\n\n${lines.join("\n")}\n\nEnvironments:\n${environments.join("\n")}${may}`,
  );
}

/** What the environments hold, by the files on their branches. */
export function statusAnswer(known: KnownRepo, config: Config, name: string | null): Answer {
  const environments = config.environments.filter((one) => name === null || one.name === name);
  if (environments.length === 0) {
    const names = namesWords(config.environments.map((one) => one.name));
    const message = `There is no environment ${code(name ?? "")}. The config names ${names}.`;
    return refuse(known, null, "environment-unknown", message);
  }
  const rows = environments.flatMap((environment) =>
    known.index.overlays
      .filter((overlay) => overlay.environment === environment.name)
      .flatMap(({ base, file }) => {
        const branch = known.branches.find((one) => one.branch === base);
        const state = branch?.files.find(({ path }) => path === file);
        const held = state?.kind === "text" ? artifactsIn(config, environment, state.text) : [];
        return held.map((one) => [
          code(environment.name),
          code(file),
          // A repo may be called like the image that is built from it.
          code(one.kind === "ref" ? one.repo : shortName(one.image)),
          code(versionOf(one)),
        ]);
      }),
  );
  const more = rows.length > ROWS_SHOWN ? `\n\n…and ${rows.length - ROWS_SHOWN} more.` : "";
  return answered(
    table(["environment", "file", "what", "version"], rows.slice(0, ROWS_SHOWN)) + more,
  );
}
