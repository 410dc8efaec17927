import type { Oid, TreeEntry } from "../../git/object-store.ts";
import type { Fields } from "../context.ts";
import { gitId } from "../git-ids.ts";
import {
  type BlobSource,
  type EntrySource,
  type ObjectSource,
  repoSource,
  type TreeSource,
} from "../sources.ts";

/** GitHub cuts the text of a blob at this many bytes and says so in `isTruncated`. */
const TEXT_LIMIT = 512_000;
/** git's own rule: a zero byte among the first 8,000 makes a file binary. */
const BINARY_PROBE = 8000;

function oidOf(source: ObjectSource): Oid {
  if (source.__typename === "Commit") return source.commit.oid;
  return source.__typename === "Tree" ? source.treeOid : source.blobOid;
}

const prefixes = { Commit: "C", Tree: "T", Blob: "B" } as const;

export const gitObjectFields: Fields<ObjectSource> = {
  id: (source) => gitId(prefixes[source.__typename], source.repo.id, oidOf(source)),
  oid: oidOf,
  abbreviatedOid: (source) => oidOf(source).slice(0, 7),
  repository: ({ repo }) => repoSource(repo),
  commitUrl: (source, _args, { baseUrl }) =>
    `${baseUrl}/${source.repo.owner}/${source.repo.name}/commit/${oidOf(source)}`,
  commitResourcePath: (source) =>
    `/${source.repo.owner}/${source.repo.name}/commit/${oidOf(source)}`,
};

export const treeFields: Fields<TreeSource> = {
  ...gitObjectFields,
  entries: async ({ repo, treeOid, folder }, _args, { reads }) => {
    const entries = (await reads.tree(repo.store, treeOid)) ?? [];
    return entries.map(
      (entry): EntrySource => ({
        __typename: "TreeEntry",
        repo,
        place: folder === "" ? entry.name : `${folder}/${entry.name}`,
        entry,
      }),
    );
  },
};

export const treeEntryFields: Fields<EntrySource> = {
  name: ({ entry }) => entry.name,
  nameRaw: ({ entry }) => Buffer.from(entry.name).toString("base64"),
  path: ({ place }) => place,
  pathRaw: ({ place }) => Buffer.from(place).toString("base64"),
  extension: ({ entry }) => /(?<=.)\.[^.]+$/.exec(entry.name)?.[0] ?? "",
  mode: ({ entry }) => Number.parseInt(entry.mode, 8),
  type: ({ entry }) => typeOfMode(entry),
  oid: ({ entry }) => entry.oid,
  size: async ({ repo, entry }, _args, { reads }) =>
    typeOfMode(entry) === "blob" ? ((await reads.blob(repo.store, entry.oid))?.length ?? 0) : 0,
  repository: ({ repo }) => repoSource(repo),
  object: ({ repo, place, entry }): ObjectSource | null => {
    const type = typeOfMode(entry);
    if (type === "tree") return { __typename: "Tree", repo, treeOid: entry.oid, folder: place };
    // The commit of a submodule lives in another repo.
    return type === "commit" ? null : { __typename: "Blob", repo, blobOid: entry.oid };
  },
};

function typeOfMode(entry: TreeEntry): "tree" | "commit" | "blob" {
  if (entry.mode === "040000") return "tree";
  return entry.mode === "160000" ? "commit" : "blob";
}

export const blobFields: Fields<BlobSource> = {
  ...gitObjectFields,
  byteSize: async ({ repo, blobOid }, _args, { reads }) =>
    (await known(reads.blob(repo.store, blobOid))).length,
  isBinary: async ({ repo, blobOid }, _args, { reads }) =>
    isBinary(await known(reads.blob(repo.store, blobOid))),
  isTruncated: async ({ repo, blobOid }, _args, { reads }) =>
    (await known(reads.blob(repo.store, blobOid))).length > TEXT_LIMIT,
  text: async ({ repo, blobOid }, _args, { reads }) => {
    const bytes = await known(reads.blob(repo.store, blobOid));
    return isBinary(bytes) ? null : new TextDecoder().decode(bytes.subarray(0, TEXT_LIMIT));
  },
};

async function known(read: Promise<Buffer | null>): Promise<Buffer> {
  const bytes = await read;
  if (bytes === null) throw new Error("The blob of a tree entry is missing");
  return bytes;
}

function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, BINARY_PROBE).includes(0);
}
