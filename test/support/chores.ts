import type { Harbour } from "./harbour.ts";

/** One round of catching up, and everything that it leads to. */
export async function round(h: Harbour, name: string): Promise<void> {
  const chore = h.tagboat.chores.find((one) => one.name === name);
  if (chore === undefined) throw new Error(`there is no chore ${name}`);
  await chore.run(new AbortController().signal);
  await h.settle();
}
