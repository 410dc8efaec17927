import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Load, LoadResult } from "./load-worker.ts";

/** Posts from a thread of its own, so that neither the sandbox's work nor the table's makes an answer look late. */
export async function postLoad(load: Load): Promise<LoadResult> {
  const worker = new Worker(new URL("./load-worker.js", import.meta.url), { workerData: load });
  // `once` rejects when the thread fails.
  const [result] = await once(worker, "message");
  return result as LoadResult;
}
