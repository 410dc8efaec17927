import type { Oid } from "../../../sandbox/git/object-store.ts";
import type { Pull } from "../../../sandbox/world/entities.ts";
import type { WorldEvent } from "../../../sandbox/world/world-event.ts";
import type { Harbour } from "../../support/harbour.ts";
import { CONFIG, compareAge, images, withoutVersions } from "../fleet.ts";
import { bases, type Place, places, type Rules, rulesOf, settings } from "./ladder.ts";
import { GONE } from "./process.ts";
import { placeOfWords, type RepoLook, wordsOf } from "./repo-look.ts";
import type { Truth } from "./truth.ts";

const HEADS = "refs/heads/";
export const CHECK = "tagboat/promotion";

interface PushSeen {
  readonly branch: string;
  readonly before: Oid | null;
  readonly after: Oid | null;
}

/** What barred a pull request when it was last looked at, by each config that the App could have believed in then. */
type Bars = ReadonlySet<string>;

/** Looks at all that the App asks and does, and says what it must never do. */
export class Watch {
  readonly complaints: string[] = [];
  readonly trace: string[] = [];
  /** So often something was let through that was found to be free. */
  readonly counts = { merges: 0, greens: 0, looks: 0 };
  /** What a person opened again. */
  readonly reopened = new Set<number>();
  readonly #harbour: Harbour;
  readonly #look: RepoLook;
  readonly #truth: Truth;
  #pushes: PushSeen[] = [];
  readonly #judged = new Set<Oid>();
  /** What barred a pull request when the App last asked for its facts. */
  readonly #asked = new Map<number, Bars>();
  /** Configs that stood on the default branch since the App last read it, the present one last. */
  #believed: (readonly Rules[])[] = [settings.usual];

  constructor(harbour: Harbour, look: RepoLook, truth: Truth) {
    this.#harbour = harbour;
    this.#look = look;
    this.#truth = truth;
    harbour.stage.world.on((event) => this.#note(event));
    const { recorder } = harbour.stage;
    const record = recorder.record.bind(recorder);
    recorder.record = (request) => {
      this.trace.push(`  ${request.what} ${request.status}`);
      record(request);
    };
  }

  #note(event: WorldEvent): void {
    if (event.kind === "push" && event.ref.startsWith(HEADS)) {
      const branch = event.ref.slice(HEADS.length);
      const { after, before } = event;
      this.trace.push(
        `  ${event.actor} moved ${branch}: ${before?.slice(0, 7)} → ${after?.slice(0, 7)}`,
      );
      if (event.actor === this.#look.bot) this.#pushes.push({ branch, before, after });
    }
    if (event.kind === "pull_request")
      this.trace.push(
        `  ${event.actor} ${event.action} #${event.pull.number} "${event.pull.title}"`,
      );
    if (
      event.kind === "pull_request" &&
      event.action === "reopened" &&
      event.actor !== this.#look.bot
    )
      this.reopened.add(event.pull.number);
    if (event.kind === "issue_comment")
      this.trace.push(
        `  ${event.actor} ${event.action} a comment on #${event.pull.number}: ${event.comment.body.slice(0, 200)}`,
      );
    if (event.kind === "check_run" && event.check.name === CHECK)
      this.trace.push(
        `  check of ${event.check.headOid.slice(0, 7)}: ${event.check.conclusion} ${event.check.title}`,
      );
  }

  complain(text: string): void {
    if (!this.complaints.includes(text)) this.complaints.push(text);
  }

  /** Somebody changed the config: the App may believe in the one before until it reads again. */
  async configChanged(): Promise<void> {
    const rules = rulesOf(await this.#look.config());
    if (rules !== null) this.#believed.push(rules);
  }

  /** Before a request of the App's is sent. What it is about is told by its own words, not by what it knows. */
  async asked(request: Request): Promise<void> {
    const url = new URL(request.url);
    const body = request.method === "GET" ? "" : await request.clone().text();
    if (/query Texts\b/.test(body) || /\/git\/trees\//.test(url.pathname))
      this.#believed = this.#believed.slice(-1);
    const facts = /query PullFacts\b/.test(body) ? numberIn(body) : null;
    if (facts !== null) await this.#askedFor(facts);
    const merge = /\/pulls\/(\d+)\/merge$/.exec(url.pathname)?.[1];
    if (merge !== undefined) await this.#merges(Number(merge));
    if (/mutation (EnableAutoMerge|Enqueue)\b/.test(body)) await this.#mergesNode(body);
    if (/\/check-runs(\/\d+)?$/.test(url.pathname) && body !== "")
      await this.#reports(url.pathname, body);
  }

  async #askedFor(number: number): Promise<void> {
    const pull = this.#harbour.stage.world.pull(this.#harbour.repo, number);
    if (pull === null) return;
    this.counts.looks += 1;
    this.#asked.set(number, (await this.bars(pull)) ?? new Set());
  }

  /** What bars a pull request by every config that the App may believe in. */
  async bars(pull: Pull): Promise<Bars | null> {
    let common: Bars | null = null;
    for (const rules of new Set(this.#believed)) {
      const bars = await this.#truth.bars(pull, rules);
      if (bars === null) return null;
      common = common === null ? bars : intersection(common, bars);
    }
    return common;
  }

  async #mergesNode(body: string): Promise<void> {
    const { repo, stage } = this.#harbour;
    const pull = stage.world.pulls(repo).find(({ nodeId }) => body.includes(nodeId));
    if (pull !== undefined) await this.#merges(pull.number);
  }

  async #merges(number: number): Promise<void> {
    const pull = this.#harbour.stage.world.pull(this.#harbour.repo, number);
    if (pull === null || pull.state !== "open") return;
    const bars = await this.#stillBarred(pull);
    const { kind } = await this.#truth.originOf(pull);
    if (bars.length > 0) this.complain(`the App merges #${number} although: ${bars.join(", ")}`);
    else if (kind !== "person") this.counts.merges += 1;
    if (kind === "person") this.complain(`the App merges #${number}, which is a person's`);
  }

  async #reports(path: string, body: string): Promise<void> {
    const { repo, stage } = this.#harbour;
    const sent = JSON.parse(body) as { name?: string; head_sha?: string; conclusion?: string };
    if (sent.conclusion !== "success") return;
    const pulls = stage.world.pulls(repo).filter(({ state }) => state === "open");
    const id = Number(/\/check-runs\/(\d+)$/.exec(path)?.[1] ?? 0);
    for (const pull of pulls) {
      const run = stage.world.checks(repo, pull.headOid).find((one) => one.id === id);
      const here = sent.head_sha === pull.headOid || run !== undefined;
      if (!here || (sent.name ?? run?.name) !== CHECK) continue;
      const bars = await this.#stillBarred(pull);
      if (bars.length > 0)
        this.complain(`the check of #${pull.number} opens although: ${bars.join(", ")}`);
      else this.counts.greens += 1;
    }
  }

  /** What barred it when its facts were asked for, and bars it now: what changed in between the App may not know. */
  async #stillBarred(pull: Pull): Promise<readonly string[]> {
    const before = this.#asked.get(pull.number) ?? null;
    const now = await this.bars(pull);
    if (before === null || now === null) return [];
    return [...now].filter((one) => before.has(one));
  }

  /** Judges what was pushed since the last time. */
  async judge(): Promise<void> {
    for (const push of this.#pushes.splice(0)) await this.#judgePush(push);
    const { recorder } = this.#harbour.stage;
    for (const one of recorder.complaints.splice(0)) this.complain(`the sandbox: ${one}`);
    for (const line of this.#harbour.lines.splice(0)) {
      this.trace.push(line);
      // A webhook that came between two lives.
      if (line.includes(GONE)) continue;
      if (line.startsWith('{"level":50'))
        this.complain(`an error was logged: ${line.slice(0, 500)}`);
    }
  }

  async #judgePush({ after, before, branch }: PushSeen): Promise<void> {
    const isBase = bases.some((base) => base === branch);
    if (isBase && before !== null && after !== null) return this.#judgeBase(branch, before, after);
    if (after !== null)
      for (const oid of await this.#newCommits(before, after)) await this.#judgeCommit(oid);
    if (before === null || isBase || (after === null && this.#isMerged(before))) return;
    for (const lost of await this.#work(before, after))
      this.complain(`${branch} moved to ${after}: a person's ${lost} is lost`);
  }

  #isMerged(head: Oid): boolean {
    const { repo, stage } = this.#harbour;
    return stage.world.pulls(repo).some((one) => one.headOid === head && one.mergedAt !== null);
  }

  async #newCommits(before: Oid | null, after: Oid): Promise<readonly Oid[]> {
    const not = await this.#tips();
    const found = await this.#look.store.log(after, {
      not: before === null ? not : [...not, before],
    });
    const own = found.filter((oid) => this.#look.byApp(oid) && !this.#judged.has(oid));
    for (const oid of own) this.#judged.add(oid);
    return own;
  }

  async #tips(): Promise<Oid[]> {
    const tips = await Promise.all(bases.map((base) => this.#look.tip(base)));
    return tips.filter((tip) => tip !== null);
  }

  async #work(head: Oid, kept: Oid | null): Promise<readonly Oid[]> {
    const tips = await this.#tips();
    const lost: Oid[] = [];
    for (const oid of await this.#look.store.log(head, {
      not: kept === null ? tips : [...tips, kept],
    })) {
      const commit = await this.#look.store.readCommit(oid);
      if (commit !== null && !this.#look.byApp(oid) && !(await this.#look.isBaseMerge(commit)))
        lost.push(oid);
    }
    return lost;
  }

  /** A commit of the App's puts versions into its own place and does nothing else. */
  async #judgeCommit(oid: Oid): Promise<void> {
    const { store } = this.#look;
    const commit = await store.readCommit(oid);
    const words = commit === null ? null : wordsOf(commit);
    const [parentOid, second] = commit?.parents ?? [];
    const parent = parentOid === undefined ? null : await store.readCommit(parentOid);
    if (commit === null || parent === null || second !== undefined || words === null)
      return this.complain(`${oid} of the App is no plain commit of ours`);
    const place = placeOfWords(words);
    for (const { path } of await store.diffTrees(parent.tree, commit.tree))
      if (path !== place?.file) this.complain(`${oid} of the App changes ${path}`);
    if (place !== null)
      await this.#judgeFile(oid, [parent.oid, oid], place, words.kind === "rollback");
  }

  async #judgeFile(
    what: string,
    [before, after]: readonly [Oid, Oid],
    { file }: Place,
    back: boolean,
  ): Promise<void> {
    const was = (await this.#look.text(before, file)) ?? "";
    const is = (await this.#look.text(after, file)) ?? "";
    if (was === is) return;
    if (withoutVersions(was) !== withoutVersions(is))
      this.complain(`${what} changes more than versions in ${file}`);
    for (const image of images) {
      const [from, to] = [this.#look.inText(was, image), this.#look.inText(is, image)];
      if (from === null || back) continue;
      if (to === null || compareAge(to, from) < 0)
        this.complain(`${what} takes ${image} backwards in ${file}`);
    }
  }

  /** What the App merges changes places alone, and takes none backwards unless it rolls back. */
  async #judgeBase(branch: string, before: Oid, after: Oid): Promise<void> {
    const { store } = this.#look;
    if (!(await store.isAncestor(before, after)))
      this.complain(`${branch} was rewound from ${before} to ${after}`);
    const kinds = new Set<string>();
    for (const oid of await store.log(after, { not: [before] })) {
      const commit = await store.readCommit(oid);
      const words = commit === null ? null : wordsOf(commit);
      if (words !== null) kinds.add(words.kind);
    }
    const was = (await store.readCommit(before))?.tree ?? null;
    const is = (await store.readCommit(after))?.tree ?? null;
    for (const { path } of await store.diffTrees(was, is)) {
      const place = places.find(({ base, file }) => base === branch && file === path);
      if (place === undefined) this.complain(`the App's merge changes ${path} of ${branch}`);
      else
        await this.#judgeFile(
          `the App's merge ${after}`,
          [before, after],
          place,
          kinds.has("rollback"),
        );
    }
  }
}

function numberIn(body: string): number | null {
  const { variables } = JSON.parse(body) as { variables?: { number?: unknown } };
  return typeof variables?.number === "number" ? variables.number : null;
}

function intersection(a: Bars, b: Bars): Bars {
  return new Set([...a].filter((one) => b.has(one)));
}

/** The config's path, for those who change it. */
export const CONFIG_PATH = CONFIG;
