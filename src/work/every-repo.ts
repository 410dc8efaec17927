import type { Clock } from "../model/clock.ts";
import { type Forge, ForgeUnavailable } from "../model/forge.ts";
import type { Inbox } from "../model/inbox.ts";
import type { Log } from "../model/log.ts";
import type { Pacer } from "../model/pacer.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type OwnNews, ownDelivery } from "./own-news.ts";
import type { RepoIndexes } from "./repo-indexes.ts";

/** What the rounds of catching up share. */
export interface RoundParts {
  readonly forge: Pick<Forge, "cdRepos">;
  readonly indexes: RepoIndexes;
  readonly inbox: Pick<Inbox, "accept">;
  readonly pacer: Pick<Pacer, "pause">;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: (now: Date) => string;
}

/** Owners in lower case whose repos the App reaches. */
export async function ownersNow({ forge }: Pick<RoundParts, "forge">): Promise<readonly string[]> {
  const repos = await forge.cdRepos(null);
  return [...new Set(repos.map(({ owner }) => owner.toLowerCase()))];
}

/** Does `look` for each repo that is known now, one after the other. What fails is logged, and the next round finds it. */
export async function eachRepo(
  parts: RoundParts,
  round: string,
  signal: AbortSignal,
  look: (known: KnownRepo) => Promise<void>,
): Promise<void> {
  for (const owner of await ownersNow(parts)) {
    const repos = await guarded(parts, { round, owner }, () => parts.indexes.ofOwner(owner));
    for (const known of repos?.known ?? []) {
      if (signal.aborted) return;
      await guarded(parts, { round, repo: known.fullName }, () => look(known), known);
    }
  }
}

/** Keeps a failure to itself. `known`: where a limit that GitHub sets counts. */
export async function guarded<T>(
  { log, pacer }: Pick<RoundParts, "log" | "pacer">,
  facts: Readonly<Record<string, unknown>>,
  look: () => Promise<T>,
  known: KnownRepo | null = null,
): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    const limited = error instanceof ForgeUnavailable && error.scope === "installation";
    if (limited && error.retryAt !== null && known !== null)
      await pacer.pause(known.repo.installation, error.retryAt);
    log.warn({ ...facts, err: error }, "left for the next round");
    return null;
  }
}

/** Puts what was found into the inbox, as if somebody had told it. */
export async function tellOwn(
  { clock, inbox, newId }: Pick<RoundParts, "clock" | "inbox" | "newId">,
  known: KnownRepo,
  found: OwnNews,
  senderId: string | null,
): Promise<void> {
  const owner = known.repo.owner.toLowerCase();
  const scope = { kind: "repo", repo: known.repo.name.toLowerCase() } as const;
  const now = clock.now();
  const facts = { id: newId(now), owner, scope, senderId, now };
  await inbox.accept([ownDelivery(found, facts)]);
}
