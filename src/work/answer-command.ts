import { didYouMean } from "../decide/did-you-mean.ts";
import type { Config, Environment } from "../model/config.ts";
import { cell, code } from "../model/outside-text.ts";
import type { RepoRight } from "../model/people.ts";
import { isEntitled } from "../promote/gates/rights.ts";
import { type Answer, namesWords, notPermitted } from "../promote/reply.ts";
import type { Asking } from "../promote/request.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type Permitted, refuse } from "./permitted.ts";
import { rebuildAnswer } from "./rebuild-answer.ts";
import type { RunParts } from "./run-place.ts";
import { promote } from "./run-promotion.ts";
import { rollBack } from "./run-rollback.ts";
import { standingOf } from "./standing.ts";
import { helpAnswer, statusAnswer } from "./telling-answers.ts";
import { banAnswer, holdAnswer, overrideAnswer } from "./words-said.ts";

const READERS: readonly RepoRight[] = ["read", "triage", "write", "maintain", "admin"];

/** Does what is asked, as far as the one who asks may, and says what became of it. */
export async function answerCommand(
  parts: RunParts,
  known: KnownRepo,
  asking: Asking,
): Promise<Answer> {
  const { command, request, right } = asking;
  if (!READERS.includes(right)) return denied(known, request.login, "command Tagboat", []);
  const { config } = known;
  if (config === null) return refuse(known, null, "config-invalid", NO_CONFIG);
  if (command.verb === "help") return helpAnswer(config, command, right);
  if (command.verb === "status") return statusAnswer(known, config, command.environment);
  const writes = { right, teams: [] };
  if (!isEntitled(writes, [])) return denied(known, request.login, code(`/${command.verb}`), []);
  if (command.verb === "rebuild") return rebuildAnswer(parts, known, config, asking);
  const environment = config.environments.find(({ name }) => name === command.environment);
  if (environment === undefined) return unknownEnvironment(known, config, command.environment);
  const standing = await standingOf(parts, known, asking, environment);
  if (!isEntitled(standing, environment.allow.teams)) {
    const what = `command ${code(environment.name)}`;
    return denied(known, request.login, what, environment.allow.teams);
  }
  // Where Tagboat only observes, a command tells what it would do.
  const plan = command.plan || config.mode === "observe";
  const paused = plan ? null : await pausedWords(parts, known, asking.command, environment);
  if (paused !== null) return refuse(known, null, "release-held", paused);
  return act(parts, known, {
    ...asking,
    command: { ...command, plan },
    config,
    environment,
    standing,
  });
}

/** Why the operator lets nothing be opened here; `null`: it may be. What only keeps things as they are is taken all the same. */
async function pausedWords(
  { holds }: RunParts,
  { fullName: repo }: KnownRepo,
  { verb }: Asking["command"],
  { name }: Environment,
): Promise<string | null> {
  if (verb !== "promote" && verb !== "rollback") return null;
  const why = await holds.why({ repo, environment: name });
  return why === null ? null : `${code(name)} is ${cell(why)}. Write it again when it goes on.`;
}

function act(parts: RunParts, known: KnownRepo, asking: Permitted): Promise<Answer> | Answer {
  switch (asking.command.verb) {
    case "promote":
      return promote(parts, known, asking);
    case "rollback":
      return rollBack(parts, known, asking);
    case "hold":
    case "unhold":
      return holdAnswer(parts, known, asking);
    case "ban":
    case "unban":
      return banAnswer(known, asking);
    case "override":
      return overrideAnswer(parts, known, asking);
    default:
      return refuse(known, null, "command-unclear", "This command has no environment.");
  }
}

const NO_CONFIG = "The default branch has no valid `.github/tagboat.yml`: add one, or mend it.";

function denied(known: KnownRepo, login: string, what: string, teams: readonly string[]): Answer {
  const who =
    teams.length === 0
      ? "ask somebody with write in this repo"
      : `ask somebody with write who is in ${namesWords(teams)}`;
  return refuse(known, null, "not-permitted", notPermitted(login, what, who));
}

function unknownEnvironment(known: KnownRepo, config: Config, name: string | null): Answer {
  const names = config.environments.map((one) => one.name);
  const hint = name === null ? "" : didYouMean(name, names);
  const message = `There is no environment ${code(name ?? "")}.${hint} The config names ${namesWords(names)}.`;
  return refuse(known, null, "environment-unknown", message);
}
