import { describe, expect, test } from "@jest/globals";
import { type CdRepo, ForgeUnavailable, type RepoFiles } from "../../src/model/forge.ts";
import { MemoryIndexCache } from "../../src/store/memory-index-cache.ts";
import { RepoIndexes } from "../../src/work/repo-indexes.ts";
import { FakeClock } from "../support/fake-clock.ts";

const CONFIG = ".github/tagboat.yml";
const config = `version: 1
images: [{ name: quay.io/acme/app }]
environments: [{ name: dev, path: dev, on: push }]
`;

function repo(name: string): CdRepo {
  return { owner: "Acme", name, installation: 1, id: name.length };
}

function filesOf(commit: string, text = config): RepoFiles {
  const texts = { [CONFIG]: text, "dev/kustomization.yaml": `images: []\n# ${commit}\n` };
  const paths = Object.keys(texts).map((path) => ({
    path,
    mode: "100644",
    oid: `${commit} ${path}`,
  }));
  const files = Object.entries(texts).map(([path, one]) => {
    const oid = `${commit} ${path}`;
    return { kind: "text", path, oid, mode: "100644", text: one } as const;
  });
  return { branch: "main", commit, paths, files, branches: ["main"] };
}

type Reading = () => Promise<RepoFiles | null>;
type Readings = Record<string, Reading> & { cd?: Reading; ill?: Reading; fresh?: Reading };

/** Repos that answer as told; readings are noted. */
function stage(readings: Readings, cache = new MemoryIndexCache()) {
  const clock = new FakeClock();
  const read: string[] = [];
  const listed: (string | null)[] = [];
  const warned: unknown[] = [];
  const forge = {
    async cdRepos(owner: string | null) {
      listed.push(owner);
      return Object.keys(readings).map(repo);
    },
    readRepo({ name }: CdRepo) {
      read.push(name);
      return readings[name]?.() ?? Promise.resolve(null);
    },
  };
  const quiet = () => {};
  const log = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (facts: unknown) => void warned.push(facts),
  };
  const allowed = (name: string) => name !== "acme/secret";
  const indexes = new RepoIndexes({ forge, cache, clock, log, allowed, policy: [] });
  const names = async () => {
    const { known, unread } = await indexes.ofOwner("acme");
    return { known: known.map(({ fullName }) => fullName), unread };
  };
  return { clock, read, listed, warned, readings, indexes, names, cache };
}

const good: Reading = async () => filesOf("one");
const down: Reading = () => Promise.reject(new ForgeUnavailable("502", "request", null));
const never: Reading = () => new Promise(() => {});

describe("the repos of an owner", () => {
  test("are read once, those that the operator allows", async () => {
    const { names, read } = stage({ cd: good, secret: good, empty: async () => null });
    expect(await names()).toEqual({ known: ["acme/cd"], unread: [] });
    expect(await names()).toEqual({ known: ["acme/cd"], unread: [] });
    expect(read).toEqual(["cd", "empty"]);
  });

  test("one that cannot be read is named, keeps no other back, and is not tried by every event", async () => {
    const { names, read, warned } = stage({ cd: good, ill: down });
    expect(await names()).toEqual({ known: ["acme/cd"], unread: ["acme/ill"] });
    await names();
    expect(read).toEqual(["cd", "ill"]);
    expect(warned).toMatchObject([{ repo: "acme/ill" }]);
  });

  test("one that cannot be read is read by who needs it, and then known to all", async () => {
    const { indexes, names, readings } = stage({ cd: good, ill: down });
    await names();
    await expect(indexes.get("acme/ill")).rejects.toThrow("502");
    readings.ill = good;
    expect((await indexes.get("acme/ill"))?.fullName).toBe("acme/ill");
    expect(await names()).toEqual({ known: ["acme/cd", "acme/ill"], unread: [] });
  });

  test("one that answers late is waited for 2 s, and known when it does", async () => {
    let answer = (_: RepoFiles): void => {};
    const late: Reading = () => new Promise((resolve) => (answer = resolve));
    const { clock, names } = stage({ cd: good, ill: late });
    const first = names();
    await clock.advance(2000);
    expect(await first).toEqual({ known: ["acme/cd"], unread: ["acme/ill"] });
    answer(filesOf("one"));
    await clock.advance(0);
    expect(await names()).toEqual({ known: ["acme/cd", "acme/ill"], unread: [] });
  });

  test.each([
    ["all", null],
    ["one", ["acme/cd"]],
  ])(
    "one that a change of access ends while another is waited for is read again: %s",
    async (_, gone) => {
      let answer = (_: RepoFiles): void => {};
      const late: Reading = () => new Promise((resolve) => (answer = resolve));
      const { clock, indexes, listed, names } = stage({ cd: good, ill: late });
      const first = names();
      await clock.advance(0);
      indexes.forget("acme", gone);
      answer(filesOf("one"));
      const { known, unread } = await first;
      expect({ known: known.sort(), unread }).toEqual({
        known: ["acme/cd", "acme/ill"],
        unread: [],
      });
      expect(listed).toHaveLength(2);
    },
  );

  test("many late ones cost 2 s for each four", async () => {
    const late = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`ill${at}`, never]));
    const { clock, names } = stage({ ...late, cd: good });
    const first = names();
    await clock.advance(4000);
    expect((await first).known).toEqual(["acme/cd"]);
  });

  test("one repo alone does not wait for the others", async () => {
    const { indexes, read } = stage({ ill: never, cd: good });
    expect((await indexes.get("acme/cd"))?.fullName).toBe("acme/cd");
    expect(read).toEqual(["cd"]);
  });
});

describe("what another process on the same store reads", () => {
  const later: Reading = async () => filesOf("two");

  test("is taken up within a second, without asking GitHub", async () => {
    const cache = new MemoryIndexCache();
    const [one, two] = [stage({ cd: good }, cache), stage({ cd: good }, cache)];
    await one.names();
    await two.names();
    for (const { clock } of [one, two]) await clock.advance(60_000);
    one.readings.cd = later;
    await one.indexes.refresh("acme/cd");
    const asked = two.read.length;
    await two.clock.advance(1000);
    expect((await two.indexes.get("acme/cd"))?.branches[0]?.commit).toBe("two");
    expect(two.read).toHaveLength(asked);
    await one.clock.advance(1000);
    await one.names();
    expect(one.read).toEqual(["cd", "cd"]);
  });

  test("at the same time as this one is asked of GitHub again", async () => {
    const cache = new MemoryIndexCache();
    const [one, two] = [stage({ cd: good }, cache), stage({ cd: later }, cache)];
    await one.names();
    await two.names();
    one.readings.cd = later;
    await two.indexes.refresh("acme/cd");
    await one.clock.advance(1000);
    await one.names();
    await one.clock.advance(0);
    expect(one.read).toEqual(["cd", "cd"]);
    expect((await one.indexes.get("acme/cd"))?.branches[0]?.commit).toBe("two");
  });

  test("and was not here before makes the owner's list anew; so does what is gone", async () => {
    const cache = new MemoryIndexCache();
    const [one, two] = [stage({ cd: good }, cache), stage({ cd: good }, cache)];
    await one.names();
    await two.names();
    for (const { readings } of [one, two]) readings.fresh = good;
    await one.indexes.find("acme/fresh");
    await two.clock.advance(1000);
    expect((await two.names()).known).toEqual(["acme/cd", "acme/fresh"]);
    for (const { readings } of [one, two]) delete readings.cd;
    one.indexes.forget("acme", []);
    await one.names();
    await two.clock.advance(1000);
    expect((await two.names()).known).toEqual(["acme/fresh"]);
  });

  test("while the store is down is not seen, and nothing fails for it", async () => {
    const { clock, cache, names, warned } = stage({ cd: good });
    await names();
    cache.heads = () => Promise.reject(new Error("down"));
    await clock.advance(1000);
    expect((await names()).known).toEqual(["acme/cd"]);
    expect(warned).toHaveLength(1);
  });
});

describe("what an earlier process kept", () => {
  async function kept(readings: Record<string, Reading>) {
    const before = stage(readings);
    await before.names();
    return before.cache;
  }

  test("serves at once, also while GitHub cannot be read", async () => {
    const cache = await kept({ cd: good });
    const { clock, indexes, names, read } = stage({ cd: down }, cache);
    expect(await names()).toEqual({ known: ["acme/cd"], unread: [] });
    await clock.advance(0);
    expect(read).toEqual(["cd"]);
    expect((await indexes.get("acme/cd"))?.config?.images).toHaveLength(1);
  });

  test("is read again behind", async () => {
    const cache = await kept({ cd: good });
    const { clock, indexes, names } = stage({ cd: async () => filesOf("two") }, cache);
    await names();
    await clock.advance(0);
    expect((await indexes.get("acme/cd"))?.branches[0]?.commit).toBe("two");
  });

  test("with the configs that others extend", async () => {
    const extending = config.replace("version: 1", "version: 1\n_extends: base");
    const cache = await kept({ base: good, cd: async () => filesOf("one", extending) });
    const { indexes, names } = stage({ base: never, cd: never }, cache);
    expect(await names()).toEqual({ known: ["acme/base", "acme/cd"], unread: [] });
    expect((await indexes.get("acme/cd"))?.extended).toEqual(["acme/base"]);
  });

  test("of a repo that is gone is dropped", async () => {
    const cache = await kept({ cd: good, old: good });
    const { clock, names } = stage({ cd: good, old: async () => null }, cache);
    await names();
    await clock.advance(0);
    expect((await cache.all()).map((branch) => branch.repo)).toEqual(["acme/cd"]);
  });

  test("that cannot be had is no trouble", async () => {
    const cache = new MemoryIndexCache();
    cache.all = () => Promise.reject(new Error("down"));
    cache.put = () => Promise.reject(new Error("down"));
    const { names } = stage({ cd: good }, cache);
    expect(await names()).toEqual({ known: ["acme/cd"], unread: [] });
  });
});
