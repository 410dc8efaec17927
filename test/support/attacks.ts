import { expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import type { Harbour } from "./harbour.ts";
import { type Act, begin, type Scene, type Setting } from "./scene.ts";

/**
 * One row of the table of attacks: somebody does what must lead to nothing, and beside it the same act where it is legitimate. Both
 * run on a world of their own that begins alike; what Tagboat did is told in sentences.
 */
export interface Attack {
  /** Who, what, how. */
  readonly what: string;
  readonly setting?: Setting;
  /** What stands before, in both. */
  readonly given?: Act;
  readonly attack: Act;
  /** What people read afterwards: replies, and the gates of each open pull request that are not open. */
  readonly told: readonly string[];
  /** What follows nevertheless, and may. */
  readonly also?: readonly string[];
  readonly control: Act;
  /** What follows from the control. */
  readonly does: readonly string[];
}

/** What Tagboat did in the repo, each deed a sentence. */
function deeds({ h }: Scene): string[] {
  return h.stage.world.pulls(h.repo).flatMap((pull) => {
    const told = [...written(h, pull), ...ended(h, pull)];
    if (pull.labels.has("tagboat:hold")) told.push("labelled #");
    const passes = pull.state === "open" && checkOf(h, pull)?.conclusion === "success";
    if (passes) told.push(`lets # pass @ ${pull.headOid}`);
    return told.map((one) => one.replace("#", `#${pull.number}`));
  });
}

function written({ app, repo }: Harbour, { author, headOid, title }: Pull): string[] {
  if (author !== app.bot.login) return [];
  const wrote = repo.authors.get(headOid) === author ? [`wrote # @ ${headOid}`] : [];
  return [`opened # ${title}`, ...wrote];
}

function ended({ app }: Harbour, { autoMerge, closedBy, mergedAt, mergedBy }: Pull): string[] {
  if (mergedBy === app.bot.login) return ["merged #"];
  if (mergedAt !== null) return [`# was merged by ${mergedBy}`];
  if (autoMerge?.by === app.bot.login) return ["will merge #"];
  return closedBy === app.bot.login ? ["closed #"] : [];
}

function checkOf(h: Harbour, { headOid }: Pull) {
  const runs = h.stage.world.checks(h.repo, headOid);
  return runs.filter((run) => run.name === "tagboat/promotion" && run.appId === h.app.id).at(-1);
}

/** A title is anybody's to change. */
function keyOf(deed: string): string {
  return deed.replace(/^(opened #\d+) .*/, "$1");
}

/** As it reads, whatever the names of commits. */
function nameless(sentence: string): string {
  return sentence
    .replace(/ @ [0-9a-f]{40}$/, "")
    .replace(/\b[0-9a-f]{7}\b/g, "<commit>")
    .replaceAll("\u2060", "");
}

/** Our comments as we wrote them, by their ids and texts. */
function replies({ h }: Scene): ReadonlyMap<string, string> {
  const bot = h.app.bot.login;
  const own = h.stage.world.pulls(h.repo).flatMap((pull) =>
    h.stage.world
      .comments(pull)
      .filter(({ author, editedBy }) => author === bot && [null, bot].includes(editedBy))
      .map(({ body, id }) => [`${id} ${body}`, `#${pull.number} ${withoutMarkers(body)}`] as const),
  );
  return new Map(own);
}

function withoutMarkers(body: string): string {
  return body.replace(/\n*<!-- tagboat:[^>]+ -->/g, "");
}

/** The gates that are not open, as the check of each open pull request tells of them. */
function gates({ h }: Scene): string[] {
  return h
    .open()
    .flatMap((pull) =>
      [...(checkOf(h, pull)?.summary ?? "").matchAll(/^\| […✗] \| (\w+) \| (.*) \|$/gm)].map(
        ([, gate, said = ""]) => `#${pull.number} ${gate}: ${said}`,
      ),
    );
}

async function run(row: Attack, act: Act): Promise<{ deeds: string[]; told: string[] }> {
  const scene = await begin(row.setting ?? {});
  const { h } = scene;
  try {
    await row.given?.(scene);
    await scene.settle();
    const [done, said] = [deeds(scene), replies(scene)];
    await act(scene);
    await scene.settle();
    expect(h.stage.recorder.complaints).toEqual([]);
    return {
      deeds: deeds(scene)
        .filter((one) => !done.some((other) => keyOf(other) === keyOf(one)))
        .map(nameless),
      told: [...newIn(replies(scene), said), ...gates(scene)].map(nameless),
    };
  } finally {
    await h.close();
  }
}

function newIn(now: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): string[] {
  return [...now].flatMap(([key, text]) => (before.has(key) ? [] : [text]));
}

/** A test for each row. */
export function defend(rows: readonly Attack[]): void {
  test.each(rows)("$what", async (row) => {
    const { deeds: done, told } = await run(row, row.attack);
    expect({ done, told }).toEqual({ done: row.also ?? [], told: row.told });
    const allowed = await run(row, row.control);
    expect(allowed.deeds).toEqual(row.does);
  });
}
