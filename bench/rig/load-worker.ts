import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { ID_MARK } from "./envelope.ts";
import { HookConnection } from "./hook-connection.ts";

/** What is to be posted. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  /** Bodies with `ID_MARK`, posted in turns; each post has an id of its own. */
  readonly envelopes: readonly string[];
  /** It ends after so many posts or so many milliseconds, whichever is first. */
  readonly posts: number;
  readonly milliseconds: number;
}

export interface LoadResult {
  /** Milliseconds from sending to the answer 202, in order of the answers. */
  readonly accepted: readonly number[];
  /** How many posts had another answer, by status. */
  readonly others: ReadonlyMap<number, number>;
  /** Milliseconds from the first post to the last answer. */
  readonly elapsed: number;
}

const CONTENT_TYPE = "application/vnd.docker.distribution.events.v1+json";

/** Every connection posts its next body as soon as it has the answer to the last one. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const url = new URL(load.url);
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => HookConnection.open(url, CONTENT_TYPE)),
  );
  const accepted: number[] = [];
  const others = new Map<number, number>();
  const start = performance.now();
  let posted = 0;
  async function postInTurns(connection: HookConnection): Promise<void> {
    while (posted < load.posts && performance.now() - start < load.milliseconds) {
      const envelope = load.envelopes[posted % load.envelopes.length] ?? "";
      posted += 1;
      const body = envelope.replace(ID_MARK, randomUUID());
      const sent = performance.now();
      const { status } = await connection.post(body);
      if (status === 202) accepted.push(performance.now() - sent);
      else others.set(status, (others.get(status) ?? 0) + 1);
    }
  }
  await Promise.all(connections.map(postInTurns));
  const elapsed = performance.now() - start;
  for (const connection of connections) connection.close();
  return { accepted, others, elapsed };
}

if (!isMainThread) parentPort?.postMessage(await runLoad(workerData as Load));
