import { readFile } from "node:fs/promises";

/** Memory of a process in MB, as Linux counts it. `pss` shares what other processes use as well; `peak` is the highest `rss` so far. */
export async function memoryOf(pid: number): Promise<{ rss: number; pss: number; peak: number }> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return {
    rss: megabytes(rollup, "Rss"),
    pss: megabytes(rollup, "Pss"),
    peak: megabytes(status, "VmHWM"),
  };
}

function megabytes(text: string, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  return Math.round(Number(kilobytes ?? Number.NaN) / 1024);
}
