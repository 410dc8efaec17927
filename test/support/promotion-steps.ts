import type { Comment, Pull } from "../../sandbox/world/entities.ts";
import { ease } from "./conversation.ts";
import type { Harbour } from "./harbour.ts";
import {
  digestOf,
  fileAtVersion,
  type Layout,
  plantedAs,
  type Settings,
  type Step,
} from "./layouts.ts";
import type { stories } from "./story.ts";

type Start = ReturnType<typeof stories>["start"];

const FIRST_BUILT = Date.parse("2026-11-20T10:00:00Z");
const DAY = 24 * 3_600_000;

/** The layout with its index warm and its versions in the registry: the first environment holds the second version. */
export async function beginOn(
  start: Start,
  layout: Layout,
  settings: Settings = {},
): Promise<Harbour> {
  const h = await start({}, plantedAs(layout, settings));
  stock(h, layout);
  await h.tagboat.indexes.ofOwner("acme");
  return h;
}

/** The registry has all versions of the layout, a day apart. */
export function stock({ registry }: Harbour, { beside, image, names, tags }: Layout): void {
  for (const [at, tag] of tags.entries()) {
    const created = new Date(FIRST_BUILT + at * (DAY - 1)).toISOString();
    for (const name of names) registry.put(name, tag, { created, digest: digestOf(tag) });
    // Texts beside the tag that are tags themselves: those of an image that all components use.
    for (const [, other] of beside(tag))
      if (!other.startsWith("sha256:"))
        registry.put(image.replace(/[^/]+$/, "proxy"), other, { created });
  }
}

/** A pull request to talk on, with everything that it led to behind us. */
export async function talk(h: Harbour, branch = "topic"): Promise<Pull> {
  await h.people.branch("ann", branch);
  await h.people.gitPush("ann", branch, { "NOTES.md": `# ${branch}\n` });
  const pull = await h.people.openPull("ann", branch);
  await ease(h);
  h.stage.recorder.clear();
  return pull;
}

export function reactions({ reactions: all }: Comment): string[] {
  return all.map(({ content }) => content);
}

/** Our open proposals, oldest first. */
export function proposals(h: Harbour): readonly Pull[] {
  return h.open().filter(({ headBranch }) => headBranch.startsWith("tagboat/"));
}

export function onlyProposal(h: Harbour): Pull {
  const [pull, ...others] = proposals(h);
  if (pull === undefined || others.length > 0)
    throw new Error(`open proposals: ${proposals(h).map(({ title }) => title)}`);
  return pull;
}

/** Somebody presses the button. */
export async function merge(h: Harbour, login: string, pull: Pull): Promise<void> {
  await h.people.merge(login, pull);
  await ease(h);
}

/** The names behind a verb: environment, and component where there is one. */
export function placeOf({ component, steps }: Layout, at: 0 | 1 | 2): string {
  const { environment } = steps[at];
  return component === null ? environment : `${environment} ${component}`;
}

/** A place as replies tell of it. */
export function toldPlace({ component, steps }: Layout, at: 0 | 1 | 2): string {
  const { environment } = steps[at];
  return component === null ? `\`${environment}\`` : `\`${environment}/${component}\``;
}

/** Texts of a step's files on a branch, by path. */
export async function textsOf(h: Harbour, branch: string, { files }: Step) {
  const texts: Record<string, string | null> = {};
  for (const path of files) texts[path] = await h.read(branch, path);
  return texts;
}

/** What a step's files are to be at a version, by path. */
export function textsAt(layout: Layout, step: Step, tag: string): Record<string, string> {
  return Object.fromEntries(
    step.files.map((path) => [path, fileAtVersion(layout, step, path, tag)]),
  );
}

/** Paths that differ between the pull request's base and its head. */
export async function changedPaths(h: Harbour, { baseBranch, headOid }: Pull): Promise<string[]> {
  const { store } = h.repo;
  const base = await store.readCommit((await h.people.tip(baseBranch)) ?? "");
  const head = await store.readCommit(headOid);
  const changes = await store.diffTrees(base?.tree ?? "", head?.tree ?? "");
  return changes.map(({ path }) => path).sort();
}
