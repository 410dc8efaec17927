import { renderDuration } from "../decide/duration.ts";
import type { LaneTask, NewItem } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { cell, code } from "../model/outside-text.ts";
import { isEntitled } from "../promote/gates/rights.ts";
import { artifactsIn, fits, type HeldArtifact, versionOf } from "../promote/held-artifacts.ts";
import { fromHereOn } from "../promote/ladder.ts";
import { type Answer, namesWords, placeWords } from "../promote/reply.ts";
import type { Word } from "../promote/words.ts";
import { gateItem } from "./gate-item.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";
import { type Permitted, refuse } from "./permitted.ts";
import { placesOn, recheck } from "./places.ts";
import type { RunParts } from "./run-place.ts";
import { placesFor } from "./run-promotion.ts";

/** What follows from words: gates are looked at again, and places that were held. */
export async function itemsAfter(
  { pulls }: RunParts,
  known: KnownRepo,
  words: readonly Word[],
): Promise<readonly NewItem[]> {
  const open = await pulls.open(known.repo, null);
  const gates = open.map((pull) => gateItem(known, pull, "somebody said something that holds"));
  const freed = [...placesOn(known, null).values()]
    .filter(({ place }) =>
      words.some((word) => word.kind === "unhold" && word.environment === place.environment),
    )
    .map(({ environment, place }) => recheck(place, environment, "its hold was lifted"));
  return [...gates, ...freed, ...comingByThemselves(known, words)];
}

/** Places with `on: merge` that something was lifted for: what waits before them may come now. */
function comingByThemselves(
  { config, fullName, index }: KnownRepo,
  words: readonly Word[],
): readonly NewItem[] {
  if (config === null) return [];
  const lifted = words.flatMap((word) => {
    if (word.kind === "unhold") return [word.environment];
    return word.kind === "unban"
      ? fromHereOn(config, word.environment).map(({ name }) => name)
      : [];
  });
  const found = new Map<string, NewItem>();
  for (const { base, component, environment: name } of index.overlays) {
    const environment = config.environments.find((one) => one.name === name);
    if (environment?.on !== "merge" || !lifted.includes(environment.name)) continue;
    const place = { repo: fullName, base, environment: environment.name, component };
    const task: LaneTask = { kind: "promote", place, why: "what kept it back was lifted" };
    const lane = laneOf(task, false);
    found.set(lane, { lane, task });
  }
  return [...found.values()];
}

/** Who said it, where, when, and why. */
export function saidOf({ command, environment, request }: Permitted) {
  const { at, comment } = request;
  return {
    environment: environment.name,
    by: { id: request.userId, login: request.login },
    at,
    reason: command.reason ?? "no reason given",
    ...(comment === null ? {} : { comment }),
  };
}

function kept(body: string, words: readonly Word[]): Answer {
  const outcome: Outcome = { kind: "skipped", place: null, reason: "answered", detail: body };
  return { body, reaction: "rocket", outcomes: [outcome], words };
}

/** `/tagboat hold` and `unhold`. */
export function holdAnswer(parts: RunParts, known: KnownRepo, asking: Permitted): Answer {
  const places = placesFor(known, asking, true);
  if ("body" in places) return places;
  const { command, environment } = asking;
  const [component = null] = command.components;
  const said = { ...saidOf(asking), component };
  const where = placeWords({ environment: environment.name, component });
  if (command.verb === "unhold")
    return kept(`Nothing holds ${where} any more.`, [{ ...said, kind: "unhold" }]);
  const until =
    command.for === null ? null : new Date(parts.clock.now().getTime() + command.for).toISOString();
  const how =
    command.for === null ? "until somebody lifts it" : `for ${renderDuration(command.for)}`;
  const lift = code(
    `/tagboat unhold ${environment.name}${component === null ? "" : ` ${component}`}`,
  );
  const body = `${where} stays as it is ${how}: ${cell(said.reason)}. ${lift} lifts it.`;
  return kept(body, [{ ...said, kind: "hold", until, because: "person" }]);
}

/** `/tagboat ban` and `unban`: of what is in the environments before or here, by its version; without one, what is here now. */
export function banAnswer(known: KnownRepo, asking: Permitted): Answer {
  const places = placesFor(known, asking, true);
  if ("body" in places) return places;
  const { command, environment } = asking;
  const [component = null] = command.components;
  const said = { ...saidOf(asking), component };
  const where = placeWords({ environment: environment.name, component });
  if (command.verb === "unban") {
    const tag = command.to === null ? {} : { tag: command.to };
    return kept(`${code(command.to ?? "What was banned")} may come to ${where} again.`, [
      { ...said, kind: "unban", ...tag },
    ]);
  }
  const found = versionsThere(known, asking, component).filter((one) =>
    command.to === null ? true : fits(one, command.to),
  );
  const images = found.filter((one) => one.kind === "image");
  if (images.length === 0) {
    const what = code(command.to ?? "A version");
    const message = `${what} is in no environment now: name a version that \`/tagboat status\` shows.`;
    return refuse(known, null, "version-unknown", message);
  }
  const versions = namesWords([...new Set(images.map(versionOf))]);
  const body = `${versions} goes no further than before ${where}: ${cell(said.reason)}. ${code("/tagboat unban")} lifts it.`;
  return kept(
    body,
    images.map((one) => ({ ...said, kind: "ban" as const, image: one.image, ...one.version })),
  );
}

function versionsThere(
  known: KnownRepo,
  { command, config, environment }: Permitted,
  component: string | null,
): readonly HeldArtifact[] {
  const own = known.index.overlays.filter(
    (overlay) =>
      (component === null || overlay.component === component) &&
      (command.to !== null || overlay.environment === environment.name),
  );
  const held = own.flatMap(({ base, environment: name, file }) => {
    const settings = config.environments.find((one) => one.name === name);
    const branch = known.branches.find((one) => one.branch === base);
    const state = branch?.files.find(({ path }) => path === file);
    return settings !== undefined && state?.kind === "text"
      ? artifactsIn(config, settings, state.text)
      : [];
  });
  const different = new Map(
    held.map((one) => [one.kind === "image" ? JSON.stringify([one.image, one.version]) : "", one]),
  );
  return [...different.values()];
}

/** `/tagboat override`: opens the freeze that stands, for this head of this pull request. */
export async function overrideAnswer(
  parts: RunParts,
  known: KnownRepo,
  asking: Permitted,
): Promise<Answer> {
  const { environment, request, right } = asking;
  const teams = environment.freeze.flatMap(({ override }) => override?.teams ?? []);
  if (teams.length === 0) {
    const message = `No freeze of ${code(environment.name)} can be opened: its \`override:\` names nobody.`;
    return refuse(known, null, "not-permitted", message);
  }
  const inTeams: string[] = [];
  for (const team of new Set(teams))
    if (await parts.people.isInTeam(known.repo, team, request.login)) inTeams.push(team);
  if (!isEntitled({ right, teams: inTeams }, teams)) {
    const message = `${code(request.login, 40)} may not open a freeze of ${code(environment.name)}: ${namesWords(teams)} may.`;
    return refuse(known, null, "not-permitted", message);
  }
  const pull = await parts.pulls.read(known.repo, request.pull);
  if (pull === null || pull.state !== "open") {
    const message = "Write it on the open pull request that is to pass.";
    return refuse(known, null, "pull-not-ours", message);
  }
  const said = saidOf(asking);
  const body = `The freeze of ${code(environment.name)} is open for ${code(pull.head.oid.slice(0, 7))} of this pull request: ${cell(said.reason)}`;
  return kept(body, [{ ...said, kind: "override", headOid: pull.head.oid }]);
}
