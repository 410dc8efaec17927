/** As many as Linux follows before it calls it a loop (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Where a path of a repo leads when symbolic links are followed the way the kernel does, part by part.
 * @param path relative to the repo's root; may hold `.` and `..`.
 * @param linkAt target of the link that stands at a path; `null`: no link.
 * @returns the path without links, `""` for the root; `null` when it leaves the repo or runs in a circle.
 */
export function realPath(
  path: string,
  linkAt: (path: string) => string | null,
  left = MOST_LINKS,
): string | null {
  if (path.startsWith("/")) return null;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const done: string[] = [];
  for (const [at, part] of parts.entries()) {
    if (part === "..") {
      if (done.pop() === undefined) return null;
      continue;
    }
    const target = linkAt([...done, part].join("/"));
    if (target !== null) {
      return behindLink([...done, target, ...parts.slice(at + 1)], target, linkAt, left);
    }
    done.push(part);
  }
  return done.join("/");
}

function behindLink(
  parts: readonly string[],
  target: string,
  linkAt: (path: string) => string | null,
  left: number,
): string | null {
  if (left === 0 || target.startsWith("/")) return null;
  return realPath(parts.join("/"), linkAt, left - 1);
}

/** `path` as it is meant in a file of `folder`. */
export function pathFrom(folder: string, path: string): string {
  return path.startsWith("/") || folder === "" ? path : `${folder}/${path}`;
}
