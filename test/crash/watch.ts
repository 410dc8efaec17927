import type { Commit, Oid } from "../../sandbox/git/object-store.ts";
import { fileAt } from "../../sandbox/git/tree-edit.ts";
import type { Pull, Repo } from "../../sandbox/world/entities.ts";
import type { WorldEvent } from "../../sandbox/world/world-event.ts";
import {
  entriesOf,
  type Kind,
  type Owner,
  type PlaceUnderTest,
  places,
  show,
  type Version,
  withoutVersions,
} from "./fleet.ts";
import type { Ground } from "./ground.ts";

const HEADS = "refs/heads/";

/** What a commit of Tagboat's says of itself: read here anew, so that a bug in the App's own reading is not shared. */
interface OwnWords {
  readonly environment: string;
  readonly component: string | null;
  readonly carried: readonly Version[];
}

interface Opened {
  readonly owner: Owner;
  readonly repo: Repo;
  readonly pull: Pull;
  readonly headOid: Oid;
}

/** The App moved a proposal's branch. */
interface Move {
  readonly repo: Repo;
  readonly branch: string;
  readonly before: Oid;
  readonly after: Oid;
}

export interface WatchCounts {
  duplicatePulls: number;
  duplicateCommits: number;
  /** Opened on an old commit, where a part of the request failed, and closed again at once by the App itself. */
  withdrawn: number;
  opened: number;
  /** Commits of the App that stand on a base. */
  landed: number;
}

/** Looks at what the App does to the repos, whatever the App itself says of it. Complaints are texts. */
export class Watch {
  readonly complaints: string[] = [];
  /** What happened on GitHub, for whoever looks for the cause of a complaint. */
  readonly trace: string[] = [];
  readonly counts: WatchCounts = {
    duplicatePulls: 0,
    duplicateCommits: 0,
    withdrawn: 0,
    opened: 0,
    landed: 0,
  };
  readonly #ground: Ground;
  #opened: Opened[] = [];
  /** What each pull request carried when it was opened, the earlier ones of a place. */
  readonly #before = new Map<string, { pull: Pull; headOid: Oid; carried: readonly Version[] }[]>();
  /** Closed by a person, unmerged, with its head then. */
  readonly #closed = new Map<Pull, { readonly owner: Owner; repo: Repo; headOid: Oid }>();
  /** Commits of the App on a base, by what they change. */
  readonly #landed = new Map<string, Oid>();
  readonly #judged = new Set<string>();
  #moves: Move[] = [];

  constructor(ground: Ground) {
    this.#ground = ground;
    const { recorder, world } = ground.sandbox.stage;
    world.on((event) => this.#note(event));
    const record = recorder.record.bind(recorder);
    recorder.record = (request) => {
      if (request.write) this.note(`${request.what} ${request.status}`);
      record(request);
    };
  }

  /** Adds a line to the trace. */
  note(text: string): void {
    this.trace.push(`${new Date().toISOString()} ${text}`);
  }

  #note(event: WorldEvent): void {
    const { bot } = this.#ground;
    if (event.kind === "push") {
      const { ref, before, after, repo } = event;
      this.note(`${repo.owner}/${repo.name} ${event.actor} moved ${ref}: ${before} → ${after}`);
      const ours = event.actor === bot && ref.startsWith(`${HEADS}tagboat/`);
      if (ours && before !== null && after !== null)
        this.#moves.push({ repo, branch: ref.slice(HEADS.length), before, after });
    }
    if (event.kind !== "pull_request" || event.pull.author !== bot) return;
    const { pull, repo } = event;
    const owner = this.#ownerOf(repo);
    const { headOid } = pull;
    this.note(`${nameOf(repo, pull)} ${event.actor} ${event.action} at ${headOid}: ${pull.title}`);
    if (event.action === "opened") this.#opened.push({ owner, repo, pull, headOid });
    if (event.action === "closed" && event.actor !== bot && pull.mergedAt === null)
      this.#closed.set(pull, { owner, repo, headOid });
  }

  #ownerOf(repo: Repo): Owner {
    const found = this.#ground.repos.find((one) => one.repo === repo);
    if (found === undefined) throw new Error(`a repo of nobody: ${repo.owner}/${repo.name}`);
    return found.owner;
  }

  /** Judges what happened since the last time. */
  async judge(): Promise<void> {
    for (const opened of this.#opened.splice(0)) await this.#judgeOpened(opened);
    for (const move of this.#moves.splice(0)) await this.#judgeMove(move);
    for (const { owner, repo } of this.#ground.repos) {
      await this.#judgeBases(repo);
      await this.#judgeOpen(owner, repo);
    }
    const { recorder } = this.#ground.sandbox.stage;
    for (const one of recorder.complaints.splice(0)) this.complain(`the sandbox: ${one}`);
    recorder.requests.length = 0;
  }

  complain(text: string): void {
    if (!this.complaints.includes(text)) this.complaints.push(text);
  }

  async #judgeOpened({ owner, repo, pull, headOid }: Opened): Promise<void> {
    const words = await this.#words(repo, headOid);
    if (words === null) return this.complain(`${nameOf(repo, pull)} has no commit of the App`);
    // Where the move of a left-over branch fails, its old commit gets a pull request, which is withdrawn in the next request.
    if (pull.closedBy === this.#ground.bot && pull.headOid === headOid) {
      this.counts.withdrawn += 1;
      return;
    }
    this.counts.opened += 1;
    const key = JSON.stringify([owner, repo.name, words.environment, words.component]);
    const earlier = this.#before.get(key) ?? [];
    for (const other of earlier) {
      const same = words.carried.filter((version) => other.carried.some(isSame(version)));
      const ended = this.#closed.get(other.pull);
      const barred = ended === undefined ? null : await this.#words(ended.repo, ended.headOid);
      const reopened = same.filter((version) => barred?.carried.some(isSame(version)));
      if (reopened.length > 0)
        this.#duplicatePull(
          `${nameOf(repo, pull)} carries what a person closed in #${other.pull.number}: ${reopened.map(show)}`,
        );
      if (same.length > 0 && ended === undefined)
        this.#duplicatePull(
          `${nameOf(repo, pull)} was opened for what #${other.pull.number} had: ${same.map(show)}`,
        );
    }
    this.#before.set(key, [...earlier, { pull, headOid, carried: words.carried }]);
  }

  #duplicatePull(text: string): void {
    this.counts.duplicatePulls += 1;
    this.complain(text);
  }

  /** A proposal is not rebuilt to be the same as before. */
  async #judgeMove({ repo, branch, before, after }: Move): Promise<void> {
    const [old, now] = [await repo.store.readCommit(before), await repo.store.readCommit(after)];
    if (old === null || now === null) return;
    if (repo.authors.get(before) !== this.#ground.bot) return;
    if (repo.authors.get(after) !== this.#ground.bot) return;
    // A squashed merge is a commit of the pull request's author: a left-over branch is put there before it is used again.
    if (await isOnBase(repo, after)) return;
    if (old.tree === now.tree && old.parents.join() === now.parents.join()) {
      this.counts.duplicateCommits += 1;
      this.complain(`${repo.owner}/${repo.name} ${branch} was rebuilt to the same: ${after}`);
    }
  }

  async #judgeBases(repo: Repo): Promise<void> {
    for (const base of basesOf(repo)) {
      const tip = await repo.store.readRef(`${HEADS}${base}`);
      if (tip === null) continue;
      for (const oid of (await repo.store.log(tip)).toReversed()) {
        const key = `${repo.id} ${base} ${oid}`;
        if (repo.authors.get(oid) !== this.#ground.bot || this.#judged.has(key)) continue;
        this.#judged.add(key);
        this.counts.landed += 1;
        await this.#judgeLanded(repo, base, oid);
      }
    }
  }

  /** No two commits on a base make the same change, and none changes anything but versions of its place. */
  async #judgeLanded(repo: Repo, base: string, oid: Oid): Promise<void> {
    const commit = await repo.store.readCommit(oid);
    const parent = await repo.store.readCommit(commit?.parents[0] ?? "");
    if (commit === null || parent === null) return this.complain(`${oid} of the App has no parent`);
    for (const { path } of await repo.store.diffTrees(parent.tree, commit.tree)) {
      const before = (await textAt(repo, parent, path)) ?? "";
      const after = (await textAt(repo, commit, path)) ?? "";
      if (withoutVersions(before) !== withoutVersions(after))
        this.complain(`${oid} of the App changes more than versions in ${path}`);
      for (const version of changedIn(before, after))
        this.#judgeChange(`${repo.owner}/${repo.name} ${base} ${path} ${version}`, oid);
    }
  }

  #judgeChange(key: string, oid: Oid): void {
    const other = this.#landed.get(key);
    if (other !== undefined) {
      this.counts.duplicateCommits += 1;
      this.complain(`${other} and ${oid} of the App both make the change ${key}`);
    }
    this.#landed.set(key, oid);
  }

  async #judgeOpen(owner: Owner, repo: Repo): Promise<void> {
    const found = new Map<string, number>();
    for (const pull of this.#openOf(repo)) {
      const words = await this.#words(repo, pull.headOid);
      const key = JSON.stringify([pull.baseBranch, words?.environment, words?.component]);
      const other = found.get(key);
      if (other !== undefined)
        this.#duplicatePull(`${owner}: #${other} and #${pull.number} are both open for ${key}`);
      found.set(key, pull.number);
      const base = await repo.store.readRef(`${HEADS}${pull.baseBranch}`);
      const not = base === null ? [] : [base];
      const own = await repo.store.log(pull.headOid, { not });
      if (own.length > 1) {
        this.counts.duplicateCommits += 1;
        this.complain(`${nameOf(repo, pull)} has ${own.length} commits`);
      }
    }
  }

  #openOf(repo: Repo): Pull[] {
    const { bot, sandbox } = this.#ground;
    const pulls = sandbox.stage.world.pulls(repo);
    return pulls.filter((pull) => pull.state === "open" && pull.author === bot);
  }

  async #words(repo: Repo, oid: Oid): Promise<OwnWords | null> {
    const commit = await repo.store.readCommit(oid);
    return commit === null || repo.authors.get(oid) !== this.#ground.bot
      ? null
      : wordsOf(this.#ground, commit);
  }

  // ── when everything rests ───────────────────────────────────────────────────────────────────

  /** What stands in the base and what is proposed, of one image at one place. */
  async standing(
    owner: Owner,
    place: PlaceUnderTest,
    kind: Kind,
  ): Promise<{ readonly base: Version | null; readonly proposed: Version | null }> {
    const repo = this.#ground.repo(owner, place.repo);
    const base = await repo.store.readRef(`${HEADS}${place.base}`);
    const open = await this.#openAt(repo, place);
    return {
      base: await this.#versionIn(repo, base, place, { owner, kind }),
      proposed:
        open === null ? null : await this.#versionIn(repo, open.headOid, place, { owner, kind }),
    };
  }

  /** The App's open pull request for a place. */
  async #openAt(repo: Repo, place: PlaceUnderTest): Promise<Pull | null> {
    for (const pull of this.#openOf(repo)) {
      const words = await this.#words(repo, pull.headOid);
      const here = words?.environment === place.environment && words.component === place.component;
      if (pull.baseBranch === place.base && here) return pull;
    }
    return null;
  }

  /** Number of the open pull request of a place, whatever it carries. */
  async openNumber(owner: Owner, place: PlaceUnderTest): Promise<number | null> {
    return (await this.#openAt(this.#ground.repo(owner, place.repo), place))?.number ?? null;
  }

  /** Whether a person closed this version for this place, unmerged. */
  async isBarred(place: PlaceUnderTest, version: Version): Promise<boolean> {
    for (const [pull, { owner, repo, headOid }] of this.#closed) {
      if (owner !== version.owner || repo.name !== place.repo) continue;
      const words = await this.#words(repo, headOid);
      const here = words?.environment === place.environment && words.component === place.component;
      if (here && pull.baseBranch === place.base && words.carried.some(isSame(version)))
        return true;
    }
    return false;
  }

  async #versionIn(
    repo: Repo,
    oid: Oid | null,
    place: PlaceUnderTest,
    of: Pick<Version, "owner" | "kind">,
  ): Promise<Version | null> {
    const commit = oid === null ? null : await repo.store.readCommit(oid);
    const text = commit === null ? null : await textAt(repo, commit, place.file);
    const { fleet } = this.#ground;
    const entry = entriesOf(text ?? "").find(({ image }) => image === fleet.imageOf(of));
    const version = entry === undefined ? null : fleet.version(entry.image, entry.tag);
    if (version !== null && entry !== undefined && entry.digest !== null)
      if (entry.digest !== fleet.build(version).digest)
        this.complain(`${place.file} of ${of.owner} has the tag and digest of two versions`);
    return version;
  }
}

/** The versions that stand in the entries of `after` alone. */
function changedIn(before: string, after: string): string[] {
  const versions = (text: string): string[] =>
    entriesOf(text).map(({ image, tag, digest }) => `${image}:${tag}@${digest}`);
  const old = versions(before);
  return versions(after).filter((version) => !old.includes(version));
}

async function isOnBase(repo: Repo, oid: Oid): Promise<boolean> {
  for (const base of basesOf(repo)) {
    const tip = await repo.store.readRef(`${HEADS}${base}`);
    if (tip !== null && (await repo.store.isAncestor(oid, tip))) return true;
  }
  return false;
}

function basesOf(repo: Repo): readonly string[] {
  return [...new Set(places.filter((one) => one.repo === repo.name).map(({ base }) => base))];
}

async function textAt(repo: Repo, commit: Commit, path: string): Promise<string | null> {
  const file = await fileAt(repo.store, commit.oid, path);
  return file === null ? null : ((await repo.store.readBlob(file.oid))?.toString("utf8") ?? null);
}

function nameOf(repo: Repo, pull: Pull): string {
  return `${repo.owner}/${repo.name}#${pull.number}`;
}

function isSame(one: Version): (other: Version) => boolean {
  return (other) => other.owner === one.owner && other.kind === one.kind && other.rank === one.rank;
}

function wordsOf({ fleet }: Ground, commit: Commit): OwnWords | null {
  const place = /^Tagboat-Place: (.*)$/m.exec(commit.message)?.[1];
  if (place === undefined) return null;
  const [environment, component] = JSON.parse(place) as [string, string | null];
  const carried = [...commit.message.matchAll(/^Tagboat-Release: (\S+) (\S+) /gm)].flatMap(
    ([, image = "", tag = ""]) => fleet.version(image, tag) ?? [],
  );
  return { environment, component, carried };
}
