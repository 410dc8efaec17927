import { isOid } from "../git/object-format.ts";
import type { Oid } from "../git/object-store.ts";
import type { Repo } from "../world/entities.ts";
import { NotFound } from "./visit.ts";

/** A place in a repo's history: `main/env/base` of an address. */
export interface RefPath {
  /** Branch or commit, as the address has it. */
  readonly ref: string;
  readonly isBranch: boolean;
  readonly oid: Oid;
  /** Empty: the root. */
  readonly path: string;
}

/** Splits what stands behind `tree/` or `blob/`: branches may have slashes. @throws NotFound when nothing has that name. */
export async function refPathOf(repo: Repo, rest: string): Promise<RefPath> {
  const heads = "refs/heads/";
  for (const [name, oid] of await repo.store.refs(heads)) {
    const ref = name.slice(heads.length);
    // A branch is never the beginning of another one's name up to a slash: git forbids it.
    if (rest === ref || rest.startsWith(`${ref}/`))
      return { ref, isBranch: true, oid, path: rest.slice(ref.length + 1) };
  }
  const [oid = "", ...path] = rest.split("/");
  if (!isOid(oid) || (await repo.store.readCommit(oid)) === null) throw new NotFound();
  return { ref: oid, isBranch: false, oid, path: path.join("/") };
}
