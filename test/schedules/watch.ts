import type { Commit, Oid } from "../../sandbox/git/object-store.ts";
import { fileAt } from "../../sandbox/git/tree-edit.ts";
import type { Pull } from "../../sandbox/world/entities.ts";
import type { WorldEvent } from "../../sandbox/world/world-event.ts";
import type { Harbour } from "../support/harbour.ts";
import {
  compareAge,
  entriesOf,
  type Image,
  images,
  type PlaceUnderTest,
  type Pushed,
  places,
  type Version,
  withoutVersions,
} from "./fleet.ts";

const HEADS = "refs/heads/";
const bases = [...new Set(places.map(({ base }) => base))];

interface PushSeen {
  readonly at: number;
  readonly branch: string;
  readonly before: Oid | null;
  readonly after: Oid | null;
  readonly byApp: boolean;
  /** When Tagboat had last asked how the branch stood: what came later it could not know. */
  readonly known: number;
}

interface PullSeen {
  readonly at: number;
  readonly action: string;
  readonly pull: Pull;
  readonly headOid: Oid;
  readonly byApp: boolean;
  /** When Tagboat had last asked how the branch stood: what came later it could not know. */
  readonly known: number;
}

/** What a commit of Tagboat's says of itself: read here anew, so that a bug in the App's own reading is not shared. */
export interface OwnWords {
  readonly environment: string;
  readonly component: string | null;
  readonly carried: readonly Version[];
}

/**
 * Looks at everything that Tagboat does to the repo while it happens, and says what it must never do. Complaints are texts.
 */
export class Watch {
  readonly complaints: string[] = [];
  /** What happened, log lines as they are among it: `told` makes them fit to read. */
  readonly trace: string[] = [];
  readonly #harbour: Harbour;
  readonly #pushed: Pushed;
  readonly #bot: string;
  #at = 0;
  #pushes: PushSeen[] = [];
  #pulls: PullSeen[] = [];
  readonly #judged = new Set<Oid>();
  /** When Tagboat last asked how a branch stands. */
  readonly #read = new Map<string, number>();
  /** When a pull request was merged or closed, and when the App last wrote its words; by number. */
  readonly #ended = new Map<number, number>();
  readonly #worded = new Map<number, number>();
  /** How often it asked at all. */
  #reads = 0;
  readonly #born = new Map<Oid, number>();
  /** Closed by a person, unmerged: when, with what head. */
  readonly #closed = new Map<Pull, { at: number; headOid: Oid }>();

  constructor(harbour: Harbour, pushed: Pushed) {
    this.#harbour = harbour;
    this.#pushed = pushed;
    this.#bot = harbour.app.bot.login;
    harbour.stage.world.on((event) => this.#note(event));
    this.#readWrites();
    this.#readOutcomes();
    const { recorder } = harbour.stage;
    const record = recorder.record.bind(recorder);
    recorder.record = (request) => {
      this.trace.push(`  ${request.what} ${request.status}`);
      record(request);
    };
    const { forge } = harbour.tagboat;
    const readTarget = forge.readTarget.bind(forge);
    Object.assign(forge, {
      readTarget: (query: Parameters<typeof readTarget>[0]) => {
        this.#reads += 1;
        this.#read.set(query.head ?? query.base ?? "", this.#at);
        return readTarget(query);
      },
    });
  }

  /** What may have taken effect is not sent again before the repo was read again. */
  #readWrites(): void {
    const { github } = this.#harbour.stage;
    const fetch = github.fetch.bind(github);
    const doubtful = new Map<string, number>();
    const watched = async (request: Request): Promise<Response> => {
      const body = request.method === "POST" ? await request.clone().text() : "";
      if (!body.includes("mutation ")) return fetch(request);
      if (doubtful.get(body) === this.#reads) this.complain("a write in doubt was sent again");
      const reads = this.#reads;
      doubtful.set(body, reads);
      const response = await fetch(request);
      if (response.status === 200) doubtful.delete(body);
      return response;
    };
    Object.assign(github, { fetch: watched });
  }

  /** A release is not settled as proposed in a pull request that was closed before its words were written. */
  #readOutcomes(): void {
    const { ledger } = this.#harbour;
    const append = ledger.append.bind(ledger);
    ledger.append = (entries) => {
      for (const { outcome } of entries) {
        if (outcome.kind !== "proposed") continue;
        const ended = this.#ended.get(outcome.number);
        if (ended !== undefined && ended < (this.#worded.get(outcome.number) ?? 0))
          this.complain(`settled as proposed in #${outcome.number}, which was closed before`);
      }
      return append(entries);
    };
  }

  #note(event: WorldEvent): void {
    this.#at += 1;
    const at = this.#at;
    if (event.kind === "push" && event.ref.startsWith(HEADS)) {
      const branch = event.ref.slice(HEADS.length);
      const { before, after } = event;
      if (after !== null && !this.#born.has(after)) this.#born.set(after, at);
      this.trace.push(
        `  ${event.actor} moved ${branch}: ${before?.slice(0, 7)} → ${after?.slice(0, 7)}`,
      );
      const byApp = event.actor === this.#bot;
      this.#pushes.push({ at, branch, before, after, byApp, known: this.#known(branch) });
    }
    if (event.kind === "pull_request") this.#notePull(event, at);
  }

  #notePull(event: Extract<WorldEvent, { kind: "pull_request" }>, at: number): void {
    const { action, pull } = event;
    const byApp = event.actor === this.#bot;
    this.trace.push(`  ${event.actor} ${action} #${pull.number} "${pull.title}"`);
    const { headOid } = pull;
    this.#pulls.push({ at, action, pull, headOid, byApp, known: this.#known(pull.headBranch) });
    if (byApp && action === "edited") this.#worded.set(pull.number, at);
    if (action === "closed") this.#ended.set(pull.number, at);
    if (action === "reopened") this.#ended.delete(pull.number);
    if (action === "reopened") this.#closed.delete(pull);
    if (action === "closed" && !byApp && pull.mergedAt === null)
      this.#closed.set(pull, { at, headOid: pull.headOid });
  }

  #known(branch: string): number {
    return this.#read.get(branch) ?? 0;
  }

  /** Judges what has happened since the last time. */
  async judge(): Promise<void> {
    const pushes = this.#pushes.splice(0);
    const pulls = this.#pulls.splice(0);
    for (const push of pushes) if (push.byApp) await this.#judgePush(push);
    for (const seen of pulls) if (seen.byApp) await this.#judgePull(seen);
    await this.#judgeOpen();
    const { recorder } = this.#harbour.stage;
    for (const one of recorder.complaints.splice(0)) this.complain(`the sandbox: ${one}`);
    for (const line of this.#harbour.lines.splice(0)) {
      this.trace.push(line);
      if (line.startsWith('{"level":50')) this.complain(`an error was logged: ${line}`);
    }
  }

  complain(text: string): void {
    if (!this.complaints.includes(text)) this.complaints.push(text);
  }

  async #judgePush(push: PushSeen): Promise<void> {
    const { branch, before, after } = push;
    if (after !== null)
      for (const oid of await this.#newCommits(push, after)) await this.#judgeCommit(oid);
    if (before === null) return;
    if (bases.includes(branch)) return this.#judgeForward(branch, before, after);
    for (const lost of await this.#work(before, after))
      this.complain(`${branch} moved to ${after}: a person's ${lost} is lost`);
    // A branch that stood at its base carried nothing, whoever wrote that commit.
    if (after === null || (await this.#isOnBase(before)) || (await this.#isOnBase(after))) return;
    const kept = await this.#words(after);
    const had = await this.#words(before);
    if (kept !== null && had !== null) await this.#judgeFollowUp(push, had, kept);
  }

  async #judgeForward(branch: string, before: Oid, after: Oid | null): Promise<void> {
    const { store } = this.#harbour.repo;
    if (after === null || !(await store.isAncestor(before, after)))
      this.complain(`${branch} was rewound from ${before} to ${after}`);
  }

  /** Commits of the App that a push brought and that were not judged yet. */
  async #newCommits({ branch, before }: PushSeen, after: Oid): Promise<Oid[]> {
    const { repo } = this.#harbour;
    const known = bases.includes(branch) ? [] : await this.#baseTips();
    const not = before === null ? known : [...known, before];
    const found = (await repo.store.log(after, { not })).filter(
      (oid) => repo.authors.get(oid) === this.#bot && !this.#judged.has(oid),
    );
    for (const oid of found) this.#judged.add(oid);
    return found;
  }

  async #baseTips(): Promise<Oid[]> {
    const tips = await Promise.all(
      bases.map((base) => this.#harbour.repo.store.readRef(`${HEADS}${base}`)),
    );
    return tips.filter((tip) => tip !== null);
  }

  /** People's commits behind `head` that are neither behind `kept` nor on a base. Merges of a base are nobody's work. */
  async #work(head: Oid, kept: Oid | null): Promise<Oid[]> {
    const { repo } = this.#harbour;
    const tips = await this.#baseTips();
    const not = kept === null ? tips : [...tips, kept];
    const lost: Oid[] = [];
    for (const oid of await repo.store.log(head, { not })) {
      if (repo.authors.get(oid) === this.#bot) continue;
      const [, second] = (await repo.store.readCommit(oid))?.parents ?? [];
      const ofBase = second !== undefined && (await this.#isOnBase(second));
      if (!ofBase) lost.push(oid);
    }
    return lost;
  }

  async #isOnBase(oid: Oid): Promise<boolean> {
    for (const tip of await this.#baseTips())
      if (await this.#harbour.repo.store.isAncestor(oid, tip)) return true;
    return false;
  }

  async #judgeCommit(oid: Oid): Promise<void> {
    const { store } = this.#harbour.repo;
    const commit = await store.readCommit(oid);
    const words = commit === null ? null : wordsOf(this.#pushed, commit);
    const [parentOid, second] = commit?.parents ?? [];
    const parent = parentOid === undefined ? null : await store.readCommit(parentOid);
    if (commit === null || parent === null || second !== undefined || words === null)
      return this.complain(`${oid} of the App is no plain commit of ours`);
    if (!(await this.#isOnBase(parent.oid)))
      this.complain(`${oid} of the App does not stand on a base`);
    const place = places.find(
      (p) => p.environment === words.environment && p.component === words.component,
    );
    const changes = await store.diffTrees(parent.tree, commit.tree);
    if (changes.length === 0) this.complain(`${oid} of the App changes nothing`);
    for (const { path } of changes) {
      if (path === place?.file) await this.#judgeFile(oid, parent, commit, path);
      else this.complain(`${oid} of the App changes ${path}`);
    }
  }

  async #judgeFile(oid: Oid, parent: Commit, commit: Commit, path: string): Promise<void> {
    const before = (await this.#text(parent.oid, path)) ?? "";
    const after = (await this.#text(commit.oid, path)) ?? "";
    if (withoutVersions(before) !== withoutVersions(after))
      this.complain(`${oid} of the App changes more than versions in ${path}`);
    for (const image of images) {
      const [from, to] = [this.#in(before, image), this.#in(after, image)];
      if (from === "moving" || from === null) continue;
      if (to === null || to === "moving" || compareAge(to, from) < 0)
        this.complain(`${oid} of the App takes ${image} backwards in ${path}`);
    }
  }

  /** A rebuilt proposal carries nothing older than before, and nothing that a person has closed in between. */
  async #judgeFollowUp(push: PushSeen, had: OwnWords, kept: OwnWords): Promise<void> {
    for (const now of kept.carried) {
      const old = had.carried.find(({ image }) => image === now.image);
      if (old !== undefined && compareAge(now, old) < 0)
        this.complain(`${push.branch}: the proposal went back from ${show(old)} to ${show(now)}`);
      if (old === undefined || compareAge(now, old) !== 0) await this.#judgeBars(push, now);
    }
  }

  async #judgeBars(
    { branch, known }: Pick<PushSeen, "branch" | "known">,
    now: Version,
  ): Promise<void> {
    for (const [pull, { at, headOid }] of this.#closed) {
      if (pull.headBranch !== branch || at > known) continue;
      const carried = (await this.#carriedBehind(pull, headOid))?.carried ?? [];
      if (carried.some((one) => one.image === now.image && compareAge(one, now) === 0))
        this.complain(`${branch} carries ${show(now)}, which a person closed in #${pull.number}`);
    }
  }

  async #judgePull({ action, pull, headOid, known }: PullSeen): Promise<void> {
    const branch = pull.headBranch;
    // Where the move of a left-over branch fails, its old commit gets a pull request, which is withdrawn in the next request.
    if (action === "opened" && pull.closedBy !== this.#bot) {
      const words = await this.#words(headOid);
      for (const version of words?.carried ?? []) await this.#judgeBars({ branch, known }, version);
    }
    if (action !== "closed") return;
    for (const oid of await this.#work(headOid, null)) {
      if ((this.#born.get(oid) ?? 0) <= known)
        this.complain(`#${pull.number} was closed with a person's ${oid} on its branch`);
    }
  }

  async #judgeOpen(): Promise<void> {
    const found = new Map<string, number>();
    for (const pull of this.#harbour.open()) {
      if (pull.author !== this.#bot) continue;
      const words = await this.#carriedBehind(pull, pull.headOid);
      const key = JSON.stringify([pull.baseBranch, words?.environment, words?.component]);
      const other = found.get(key);
      if (other !== undefined)
        this.complain(`#${other} and #${pull.number} are both open for ${key}`);
      found.set(key, pull.number);
    }
  }

  /** What a pull request carries: the words of the App's newest commit in it. */
  async #carriedBehind(pull: Pull, headOid: Oid): Promise<OwnWords | null> {
    const { repo } = this.#harbour;
    for (const oid of await repo.store.log(headOid, { not: [pull.baseOid] })) {
      if (repo.authors.get(oid) !== this.#bot) continue;
      const words = await this.#words(oid);
      if (words !== null) return words;
    }
    this.complain(`#${pull.number} has no commit of the App`);
    return null;
  }

  async #words(oid: Oid): Promise<OwnWords | null> {
    const commit = await this.#harbour.repo.store.readCommit(oid);
    return commit === null ? null : wordsOf(this.#pushed, commit);
  }

  async #text(oid: Oid, path: string): Promise<string | null> {
    const { store } = this.#harbour.repo;
    const file = await fileAt(store, oid, path);
    return file === null ? null : ((await store.readBlob(file.oid))?.toString("utf8") ?? null);
  }

  #in(text: string, image: Image): Version | "moving" | null {
    const entry = entriesOf(text).find((one) => one.image === image);
    if (entry === undefined) return null;
    return this.#pushed.deployed(image, entry.tag, entry.digest) ?? "moving";
  }

  // ── at the end ──────────────────────────────────────────────────────────────────────────────

  /** People's work on the branch of a proposal. */
  async workOn(branch: string): Promise<readonly Oid[]> {
    const head = await this.#harbour.repo.store.readRef(`${HEADS}${branch}`);
    return head === null ? [] : this.#work(head, null);
  }

  /**
   * Whether a merge of the base brought another text of the file, and the base has a third one now: then Tagboat cannot prove
   * from what it reads that the merge changed nothing else, and leaves the branch to people.
   */
  async isBeyondProof(branch: string, { base, file }: PlaceUnderTest): Promise<boolean> {
    const { store } = this.#harbour.repo;
    const head = await store.readRef(`${HEADS}${branch}`);
    const tip = await store.readRef(`${HEADS}${base}`);
    if (head === null || tip === null) return false;
    const now = await this.#text(tip, file);
    for (const oid of await store.log(head, { not: [tip] })) {
      const [, merged] = (await store.readCommit(oid))?.parents ?? [];
      if (merged !== undefined && (await this.#text(merged, file)) !== now) return true;
    }
    return false;
  }

  /** Each open proposal is one commit of ours on its base, and what people put there. */
  async judgeShape(pull: Pull): Promise<void> {
    const { repo } = this.#harbour;
    const base = await repo.store.readRef(`${HEADS}${pull.baseBranch}`);
    const own = (await repo.store.log(pull.headOid, { not: base === null ? [] : [base] })).filter(
      (oid) => repo.authors.get(oid) === this.#bot,
    );
    if (own.length !== 1)
      this.complain(`#${pull.number} has ${own.length} commits of the App: ${own.join(", ")}`);
  }

  /** Whether a person closed this version for this place, unmerged. */
  async isBarred(place: PlaceUnderTest, version: Version): Promise<boolean> {
    for (const [pull, { headOid }] of this.#closed) {
      const words = await this.#carriedBehind(pull, headOid);
      const here =
        pull.baseBranch === place.base &&
        words?.environment === place.environment &&
        words.component === place.component;
      const same = words?.carried.some(
        (one) => one.image === version.image && compareAge(one, version) === 0,
      );
      if (here && same) return true;
    }
    return false;
  }

  /** What stands in the entry of an image; `null`: no entry; `moving`: something that was never pushed. */
  async standing(branch: string, path: string, image: Image): Promise<Version | "moving" | null> {
    return this.#in((await this.#harbour.read(branch, path)) ?? "", image);
  }
}

/** A line of the trace, shortened; nothing where it is not worth reading. */
export function told(line: string): string[] {
  if (!line.startsWith("{")) return [line];
  const { msg, item, delivery, outcome, detail, until, err } = JSON.parse(line) as Record<
    string,
    unknown
  >;
  const text = JSON.stringify(outcome ?? detail ?? err ?? "");
  if (/^GitHub request/.test(String(msg)) || /"nothing-to-do"|"source-not-used"/.test(text))
    return [];
  return [
    `  ${msg} ${item ?? delivery ?? ""} ${text.replace(/"place":{[^}]*"environment"/, "{")} ${until ?? ""}`,
  ];
}

function wordsOf(pushed: Pushed, commit: Commit): OwnWords | null {
  const place = /^Tagboat-Place: (.*)$/m.exec(commit.message)?.[1];
  if (place === undefined) return null;
  const [environment, component] = JSON.parse(place) as [string, string | null];
  const carried = [...commit.message.matchAll(/^Tagboat-Release: (\S+) (\S+) (\S+) /gm)].flatMap(
    ([, name, tag = "", digest = ""]) => {
      const image = images.find((one) => one === name);
      return image === undefined ? [] : (pushed.deployed(image, tag, digest) ?? []);
    },
  );
  return { environment, component, carried };
}

export function show({ image, rank, build }: Version): string {
  return `${image.slice(image.lastIndexOf("/") + 1)} ${rank}${build === 0 ? "" : `b${build}`}`;
}
