import { createHash } from "node:crypto";
import type { CdRepo, FileState, TreePath } from "../../src/model/forge.ts";
import type { Blobs } from "../../src/model/render.ts";

export const cdRepo: CdRepo = { owner: "acme", name: "cd", installation: 1, id: 1 };

/** A link in a tree, by its target. */
export interface LinkTo {
  readonly link: string;
}

/** The paths of a commit and the way to their contents, from texts by path. */
export interface FileTree {
  readonly paths: readonly TreePath[];
  readonly blobs: Blobs;
  /** Ids asked for, a list for each call. */
  readonly calls: (readonly string[])[];
  fileStates(paths: readonly string[]): ReadonlyMap<string, FileState>;
}

export function fileTree(files: Readonly<Record<string, string | Buffer | LinkTo>>): FileTree {
  const calls: (readonly string[])[] = [];
  const contents = new Map<string, Buffer>();
  const paths = Object.entries(files).map(([path, content]) => {
    const isLink = typeof content === "object" && "link" in content;
    const bytes = Buffer.from(isLink ? content.link : content);
    const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
    contents.set(oid, bytes);
    return { path, mode: isLink ? "120000" : "100644", oid };
  });
  return {
    paths,
    calls,
    blobs: {
      async readBlobs(_repo, oids) {
        calls.push(oids);
        return new Map(
          oids.flatMap((oid) =>
            contents.has(oid) ? [[oid, contents.get(oid) ?? Buffer.alloc(0)]] : [],
          ),
        );
      },
    },
    fileStates: (wanted) =>
      new Map(
        paths
          .filter(({ path }) => wanted.includes(path))
          .map(({ path, mode, oid }) => [
            path,
            { kind: "text", path, mode, oid, text: contents.get(oid)?.toString("utf8") ?? "" },
          ]),
      ),
  };
}
