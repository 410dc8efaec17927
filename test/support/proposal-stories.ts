import { expect } from "@jest/globals";
import { createHarbour, type Harbour } from "./harbour.ts";
import { patience } from "./patience.ts";

export const IMAGE = "quay.io/acme/app";
export const FILE = "env/overlays/01-dev/kustomization.yaml";
const CONFIG = ".github/tagboat.yml";
export const V1 = "6322-rbbs9";
export const V2 = "bf76-qqxrq";
export const V3 = "c0de-zzzzz";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const builtAt: Readonly<Record<string, string>> = {
  [V1]: "2026-11-20T10:00:00Z",
  [V2]: "2026-11-22T08:00:00Z",
  [V3]: "2026-11-22T08:30:00Z",
};

export function kustomization(tag: string, comment = "what runs in dev"): string {
  return `# ${comment}
resources:
- ../../base
images:
- name: ${IMAGE} # tracked
  newTag: ${tag}
`;
}

function configOf(more: string): string {
  return `version: 1
images:
  - name: ${IMAGE}
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
${more}`;
}

/** A piece of the proposal path: what stood before, the one thing that happens, which requests follow, and what is right after. */
export interface ProposalStory {
  readonly name: string;
  /** More settings of the environment; `null`: the repo has no config. */
  readonly settings?: string | null;
  /** Everything before that which is looked at; GitHub has not been asked anything when it is absent. */
  before?(h: Harbour): Promise<void>;
  act(h: Harbour): Promise<void>;
  /** Requests in their order, by what the recorder calls them. */
  readonly requests: readonly string[];
  /** What must stand at the end. */
  right(h: Harbour): Promise<void>;
}

export async function startStory(story: ProposalStory): Promise<Harbour> {
  const { settings = "" } = story;
  const files = {
    ...(settings === null ? {} : { [CONFIG]: configOf(settings) }),
    "README.md": "# CD\n",
    [FILE]: kustomization(V1),
  };
  const h = await createHarbour({ files, keepLog: true });
  h.registry.put(IMAGE, V1, { created: builtAt[V1] ?? null });
  await story.before?.(h);
  return h;
}

export async function pushed(h: Harbour, tag: string): Promise<string> {
  return await h.push(IMAGE, tag, { created: builtAt[tag] ?? null });
}

export async function rest(h: Harbour): Promise<void> {
  await patience(h, HOUR);
}

/** The repo is known and GitHub's token is there. */
async function warm(h: Harbour): Promise<void> {
  await h.tagboat.indexes.ofOwner("acme");
}

async function opened(h: Harbour): Promise<void> {
  await pushed(h, V2);
  await rest(h);
  expect(h.open()).toHaveLength(1);
}

/** One open pull request carries exactly one version on one commit of ours; `all`: how many there ever were. */
async function oneProposal(h: Harbour, tag: string, all = 1): Promise<void> {
  const pulls = h.stage.world.pulls(h.repo);
  expect(pulls.map(({ state }) => state).filter((state) => state === "open")).toEqual(["open"]);
  expect(pulls).toHaveLength(all);
  const [pull] = h.open();
  if (pull === undefined) return;
  expect(pull.title).toBe(`dev: app ${V1} → ${tag}`);
  expect(pull.body).toContain(`\`${tag}\``);
  await oneCommit(h, pull.headBranch, tag);
  expect(await branches(h)).toEqual(["main", pull.headBranch].sort());
  expect(await ownCommits(h, "main")).toEqual([]);
  await proposed(h);
}

/** The newest delivery is told to have been proposed, or to wait: never to have found somebody else's work done. */
async function proposed(h: Harbour): Promise<void> {
  const last = (await h.entries()).find(({ delivery }) => delivery.startsWith("delivery-"));
  expect(last?.outcome.kind).toBe("proposed");
}

/** The branch holds one commit on a commit of the base. */
async function oneOnBase(h: Harbour, branch: string): Promise<void> {
  const head = await h.repo.store.readRef(`refs/heads/${branch}`);
  const commit = head === null ? null : await h.repo.store.readCommit(head);
  expect(commit?.parents).toHaveLength(1);
  expect(await history(h, "main")).toContain(commit?.parents[0]);
}

async function oneCommit(h: Harbour, branch: string, tag: string): Promise<void> {
  await oneOnBase(h, branch);
  expect((await h.read(branch, FILE))?.endsWith(`newTag: ${tag}\n`)).toBe(true);
}

async function history(h: Harbour, branch: string): Promise<string[]> {
  const oids: string[] = [];
  let at = await h.repo.store.readRef(`refs/heads/${branch}`);
  while (at !== null) {
    oids.push(at);
    at = (await h.repo.store.readCommit(at))?.parents[0] ?? null;
  }
  return oids;
}

/** First lines of the bot's commits on a branch. */
async function ownCommits(h: Harbour, branch: string): Promise<string[]> {
  return (await messages(h, branch)).filter((message) => message.startsWith("dev: "));
}

async function messages(h: Harbour, branch: string): Promise<string[]> {
  const found: string[] = [];
  for (const oid of await history(h, branch)) {
    const commit = await h.repo.store.readCommit(oid);
    found.push((commit?.message ?? "").split("\n", 1)[0] ?? "");
  }
  return found;
}

export async function branches(h: Harbour): Promise<string[]> {
  const refs = await h.repo.store.refs("refs/heads/");
  return [...refs.keys()].map((name) => name.slice("refs/heads/".length)).sort();
}

const OPEN = "createRef+createCommitOnBranch+createPullRequest";
const READ = "viewer+repository";

export const opening: ProposalStory = {
  name: "open",
  before: warm,
  act: async (h) => void (await pushed(h, V2)),
  requests: [READ, OPEN],
  right: (h) => oneProposal(h, V2),
};

export const cold: ProposalStory = {
  name: "open, nothing known yet",
  act: opening.act,
  requests: [
    "GET /users/{username}/installation",
    "POST /app/installations/{installation_id}/access_tokens",
    "GET /installation/repositories",
    "GET /repos/{owner}/{repo}/git/trees",
    "repository",
    READ,
    OPEN,
  ],
  right: opening.right,
};

export const decorated: ProposalStory = {
  ...opening,
  name: "open with a label and a reviewer",
  settings: "    proposal: { labels: [image], reviewers: [ben] }\n",
  requests: [READ, OPEN],
  async right(h) {
    await oneProposal(h, V2);
    expect(h.open().map((pull) => [[...pull.labels], [...pull.reviewers]])).toEqual([
      [["image"], ["ben"]],
    ]);
  },
};

export const leftOver: ProposalStory = {
  name: "open on a left-over branch",
  async before(h) {
    await opened(h);
    const [pull] = h.open();
    if (pull === undefined) throw new Error("no pull request");
    h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "pull_request.closed" });
    await h.stage.world.closePull(h.repo, "ann", pull);
    await h.commit("ben", "main", { "README.md": "# CD, newer\n" });
    await rest(h);
    expect(await branches(h)).toContain(pull.headBranch);
  },
  act: async (h) => void (await pushed(h, V3)),
  requests: [READ, "updateRefs+createCommitOnBranch+createPullRequest"],
  // Where the branch could not be moved, the new pull request showed the old commit, and was closed again.
  async right(h) {
    const withdrawn = h.stage.world.pulls(h.repo).filter((p) => p.closedBy === h.app.bot.login);
    expect(withdrawn.length).toBeLessThanOrEqual(1);
    await oneProposal(h, V3, 2 + withdrawn.length);
  },
};

export const rebuilding: ProposalStory = {
  name: "rebuild in place",
  before: opened,
  act: async (h) => void (await pushed(h, V3)),
  requests: [READ, "createRef+createCommitOnBranch", "updateRefs+updatePullRequest"],
  right: (h) => oneProposal(h, V3),
};

export const closing: ProposalStory = {
  name: "close what the base has",
  before: opened,
  act: async (h) => void (await h.commit("ann", "main", { [FILE]: kustomization(V2) })),
  requests: [READ, "closePullRequest+addComment+updateRefs"],
  async right(h) {
    const [pull, ...more] = h.stage.world.pulls(h.repo);
    if (pull === undefined) throw new Error("no pull request");
    expect([more, pull.state, pull.mergedBy]).toEqual([[], "closed", null]);
    const unsaid = h.lines.some((line) => line.includes("closed without its comment"));
    const said = "Closed: `main` already has what this proposes, or something newer.";
    const comments = h.stage.world.comments(pull).map(({ body }) => body);
    expect(comments).toEqual(unsaid ? [] : [said]);
    expect(await branches(h)).toEqual(["main"]);
  },
};

export const waiting: ProposalStory = {
  name: "note that a newer one waits",
  async before(h) {
    await opened(h);
    const [pull] = h.open();
    if (pull === undefined) throw new Error("no pull request");
    await h.stage.world.review(h.repo, "ann", pull, { state: "APPROVED", body: "" });
    await rest(h);
  },
  act: async (h) => void (await pushed(h, V3)),
  requests: [READ, "updatePullRequest"],
  async right(h) {
    await oneProposal(h, V2);
    const [pull] = h.open();
    expect(pull?.body).toContain(`> Newer: \`${V3}\`. It waits`);
    expect(pull?.body.match(/> Newer:/g)).toHaveLength(1);
  },
};

export const committing: ProposalStory = {
  name: "commit to the base",
  settings: "    delivery: commit\n",
  before: warm,
  act: async (h) => void (await pushed(h, V2)),
  requests: [READ, "createCommitOnBranch"],
  async right(h) {
    expect(await h.read("main", FILE)).toContain(`newTag: ${V2}\n`);
    expect(await ownCommits(h, "main")).toEqual([`dev: app ${V1} → ${V2}`]);
    expect([h.stage.world.pulls(h.repo), await branches(h)]).toEqual([[], ["main"]]);
  },
};

export const dropping: ProposalStory = {
  name: "delete the branch of a merged one",
  before: opened,
  async act(h) {
    const [pull] = h.open();
    if (pull === undefined) throw new Error("no pull request");
    await h.stage.world.mergePull(h.repo, "ann", pull, { method: "merge" });
  },
  requests: [READ, "updateRefs"],
  async right(h) {
    const pulls = h.stage.world.pulls(h.repo);
    expect(pulls.map(({ state, mergedBy }) => [state, mergedBy])).toEqual([["closed", "ann"]]);
    expect(await h.read("main", FILE)).toContain(kustomization(V2));
    expect(await branches(h)).toEqual(["main"]);
  },
};

export const onboarding: ProposalStory = {
  name: "offer a first config",
  settings: null,
  before: warm,
  act: async (h) => void (await pushed(h, V2)),
  requests: [READ, OPEN],
  async right(h) {
    const pulls = h.stage.world.pulls(h.repo);
    expect(pulls.map(({ title, state }) => [title, state])).toEqual([
      ["Configure Tagboat", "open"],
    ]);
    expect(await branches(h)).toEqual(["main", "tagboat/onboarding"]);
    await oneOnBase(h, "tagboat/onboarding");
    expect(await h.read("tagboat/onboarding", CONFIG)).toContain("path: env/overlays/01-dev");
    expect(await h.read("main", CONFIG)).toBeNull();
  },
};

export const previewing: ProposalStory = {
  name: "preview a change of the config",
  async before(h) {
    await warm(h);
    const after = (await h.repo.store.readRef("refs/heads/main")) ?? "";
    const name = "refs/heads/mine";
    await h.stage.world.updateRefs(h.repo, "ann", [{ name, before: null, after }]);
    await h.commit("ann", "mine", { [CONFIG]: configOf("    merge: manual\n") });
    await rest(h);
  },
  async act(h) {
    const words = { title: "Change the config", body: "", base: "main", draft: false };
    const head = { repo: h.repo, branch: "mine" };
    await h.stage.world.openPull(h.repo, "ann", { ...words, head });
  },
  requests: [
    "repository",
    "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
    "POST /repos/{owner}/{repo}/check-runs",
  ],
  async right(h) {
    const oid = (await h.repo.store.readRef("refs/heads/mine")) ?? "";
    const checks = h.stage.world.checks(h.repo, oid);
    expect(checks.map(({ name, conclusion }) => [name, conclusion])).toEqual([
      ["tagboat/config", "success"],
    ]);
    expect(await branches(h)).toEqual(["main", "mine"]);
  },
};

export const stories: readonly ProposalStory[] = [
  opening,
  cold,
  decorated,
  leftOver,
  rebuilding,
  closing,
  waiting,
  committing,
  dropping,
  onboarding,
  previewing,
];
