import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import { LARGEST_BYTES, readBlob } from "./file-text.ts";
import { blobOid } from "./git-blob.ts";
import type { Document, Host } from "./host.ts";
import { readAnswer } from "./target.ts";

/** Blobs in one query. */
const CHUNK = 500;
const AT_A_TIME = 8;

/**
 * Contents of blobs by their ids, proven by their hash: one GraphQL query for up to 500, and one REST request more for each that
 * GraphQL cannot carry byte for byte. What is not there, or is larger than 5 MB, is left out.
 */
export async function readBlobs(
  host: Host,
  repo: CdRepo,
  oids: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = [...new Set(oids)];
  const blobs = new Map<string, Uint8Array>();
  for (let start = 0; start < wanted.length; start += CHUNK) {
    await readChunk(host, repo, wanted.slice(start, start + CHUNK), blobs);
  }
  return blobs;
}

const Blob = z.object({ byteSize: z.number().nullable(), text: z.string().nullable() });
const Answer = z.object({ repository: z.looseObject({}).nullable() });

async function readChunk(
  host: Host,
  repo: CdRepo,
  oids: readonly string[],
  blobs: Map<string, Uint8Array>,
): Promise<void> {
  const answer = await host.query(document(oids.length), {
    owner: repo.owner,
    name: repo.name,
    ...Object.fromEntries(oids.map((oid, at) => [`b${at}`, oid])),
  });
  const { repository } = readAnswer(answer, Answer);
  const doubtful: string[] = [];
  for (const [at, oid] of oids.entries()) {
    const blob = Blob.safeParse(repository?.[`b${at}`]).data;
    const bytes = blob?.text == null ? null : Buffer.from(blob.text);
    if (bytes !== null && blobOid(bytes, oid) === oid) blobs.set(oid, bytes);
    else if (blob !== undefined && (blob.byteSize ?? 0) <= LARGEST_BYTES) doubtful.push(oid);
  }
  await readByRest(host, repo, doubtful, blobs);
}

async function readByRest(
  host: Host,
  repo: CdRepo,
  oids: readonly string[],
  blobs: Map<string, Uint8Array>,
): Promise<void> {
  for (let start = 0; start < oids.length; start += AT_A_TIME) {
    await Promise.all(
      oids.slice(start, start + AT_A_TIME).map(async (oid) => {
        blobs.set(oid, await readBlob(host, repo, oid));
      }),
    );
  }
}

function document(blobs: number): Document {
  const aliases = Array.from({ length: blobs }, (_, at) => at);
  const declared = [
    "$owner: String!",
    "$name: String!",
    ...aliases.map((at) => `$b${at}: GitObjectID!`),
  ];
  const fields = aliases.map((at) => `b${at}: object(oid: $b${at}) { ...Text }`);
  const text = `query Blobs(${declared.join(", ")}) {
  repository(owner: $owner, name: $name) {
    ${fields.join("\n    ")}
  }
}
fragment Text on Blob { byteSize text }`;
  return { what: "repository", text };
}
