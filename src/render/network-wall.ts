import { existsSync } from "node:fs";
import { runLimited } from "./limited-process.ts";

/** util-linux: a namespace of its own, with no network but a loopback that is down. */
const UNSHARE = ["/usr/bin/unshare", "--user", "--map-current-user", "--net", "--"];

/**
 * What to put before a program so that it has no network at all; empty where the kernel, the container or the system does not
 * offer it (unprivileged user namespaces are off in many containers).
 */
export async function findNetworkWall(): Promise<readonly string[]> {
  const [unshare = ""] = UNSHARE;
  if (!existsSync(unshare)) return [];
  const argv = [...UNSHARE, "/bin/sh", "-c", "exit 0"];
  const ended = await runLimited(
    { argv, cwd: "/", env: {} },
    { time: 5_000, memory: 1_000_000_000, output: 10_000 },
  );
  return ended.kind === "exited" && ended.code === 0 ? UNSHARE : [];
}
