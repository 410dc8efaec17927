import { didYouMean } from "../decide/did-you-mean.ts";
import type { Place } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import { type Answer, namesWords, placeWords, together } from "../promote/reply.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type Permitted, refuse } from "./permitted.ts";
import { promotePlaces } from "./promote-place.ts";
import type { RunParts } from "./run-place.ts";

/** Without names, so many components are promoted by one command at most: each is a pull request. */
const MOST_UNNAMED = 20;

/** `/promote <env> [component…]`: one proposal for each component, or one for all with `--together`. */
export async function promote(
  parts: RunParts,
  known: KnownRepo,
  asking: Permitted,
): Promise<Answer> {
  const places = placesFor(known, asking);
  if ("body" in places) return places;
  const { all } = places;
  const { components, together: isOne } = asking.command;
  const [first, ...others] = all;
  if (isOne && first !== undefined) return promotePlaces(parts, known, asking, [first, ...others]);
  const answers: Answer[] = [];
  for (const place of all) answers.push(await promotePlaces(parts, known, asking, [place]));
  const unnamed = components.length === 0 && all.length > 1;
  if (!unnamed) return together(answers);
  // Of all components only those that have something to promote are told of by themselves.
  const telling = answers.filter(({ outcomes }) => !outcomes.every(isQuiet));
  if (telling.length > 0) return together(telling);
  const body = `Nothing to promote: ${placeWords({ environment: asking.environment.name, component: null })} holds in all ${all.length} components what comes before it.`;
  return { body, reaction: "rocket", outcomes: answers.flatMap(({ outcomes }) => outcomes) };
}

function isQuiet(outcome: Answer["outcomes"][number]): boolean {
  if (outcome.kind === "skipped") return outcome.reason === "up-to-date";
  return outcome.kind === "refused" && outcome.reason === "nothing-to-promote";
}

/** The places that a command is about, or why it is about none. @param many: however many they are. */
export function placesFor(
  known: KnownRepo,
  { command, environment }: Pick<Permitted, "command" | "environment">,
  many = false,
): { readonly all: readonly Place[] } | Answer {
  const found = new Map<string | null, Place>();
  for (const overlay of known.index.overlays) {
    const { base, component } = overlay;
    if (overlay.environment !== environment.name || found.has(component)) continue;
    found.set(component, { repo: known.fullName, base, environment: environment.name, component });
  }
  const { components } = command;
  const names = [...found.keys()].filter((name) => name !== null).sort();
  const unknown = components.find((name) => !found.has(name));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, names);
    const has = names.length === 0 ? "no components: leave it out" : namesWords(names);
    const message = `${code(environment.name)} has no component ${code(unknown)}.${hint} It has ${has}.`;
    return refuse(known, null, "component-unknown", message);
  }
  if (found.size === 0) {
    const message = `No folder of the repo belongs to ${code(environment.name)}: check its \`path:\`.`;
    return refuse(known, null, "component-unknown", message);
  }
  if (components.length > 0) return { all: components.flatMap((name) => found.get(name) ?? []) };
  if (found.size > MOST_UNNAMED && !many) {
    const message = `${code(environment.name)} has ${found.size} components: name those that are meant. It has ${namesWords(names)}.`;
    return refuse(known, null, "component-unknown", message);
  }
  return { all: [...found.values()] };
}
