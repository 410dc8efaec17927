import { Buffer } from "node:buffer";
import { z } from "zod";
import { type CdRepo, type FileState, ForgeUnavailable } from "../model/forge.ts";
import { blobOid, decodeText, isPlainFile } from "./git-blob.ts";
import { type Host, inRepo } from "./host.ts";

/** A larger file is nothing that a person wrote for kustomize. */
export const LARGEST_BYTES = 5_000_000;
const AT_A_TIME = 8;

/** A file of one commit as GraphQL tells it. `text` may be cut (at 512,000 bytes), lack its byte order mark, or be absent. */
export interface FoundFile {
  readonly path: string;
  readonly oid: string;
  readonly mode: string;
  readonly byteSize: number | null;
  readonly text: string | null;
}

/**
 * Proves each text by its blob id. What GraphQL did not carry byte for byte is read again as a blob by REST,
 * one more request for each such file.
 */
export async function proveFiles(
  host: Host,
  repo: CdRepo,
  found: readonly FoundFile[],
): Promise<FileState[]> {
  const states = found.map(fromAnswer);
  const doubtful = states.flatMap((state, at) => (state === null ? [at] : []));
  for (let start = 0; start < doubtful.length; start += AT_A_TIME) {
    await Promise.all(
      doubtful.slice(start, start + AT_A_TIME).map(async (at) => {
        const file = found[at];
        if (file !== undefined) states[at] = await fromBlob(host, repo, file);
      }),
    );
  }
  return states.filter((state) => state !== null);
}

function fromAnswer(file: FoundFile): FileState | null {
  if (!isPlainFile(file.mode)) return unusable(file, "not-a-file");
  if ((file.byteSize ?? 0) > LARGEST_BYTES) return unusable(file, "too-large");
  if (file.text === null || blobOid(Buffer.from(file.text), file.oid) !== file.oid) return null;
  return text(file, file.text);
}

const Blob = z.object({ content: z.string(), encoding: z.literal("base64") });

async function fromBlob(host: Host, repo: CdRepo, file: FoundFile): Promise<FileState> {
  const decoded = decodeText(await readBlob(host, repo, file.oid));
  return decoded === null ? unusable(file, "not-text") : text(file, decoded);
}

/** The bytes of a blob by REST, proven by their hash. */
export async function readBlob(host: Host, repo: CdRepo, oid: string): Promise<Uint8Array> {
  const answer = await host.read("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", {
    ...inRepo(repo),
    file_sha: oid,
  });
  const blob = Blob.safeParse(answer);
  const bytes = blob.success ? Buffer.from(blob.data.content, "base64") : null;
  if (bytes !== null && blobOid(bytes, oid) === oid) return bytes;
  throw new ForgeUnavailable(`GitHub did not give the blob ${oid}`, "request", null);
}

function text({ path, oid, mode }: FoundFile, content: string): FileState {
  return { kind: "text", path, oid, mode, text: content };
}

function unusable(
  { path, oid, mode }: FoundFile,
  why: "not-a-file" | "not-text" | "too-large",
): FileState {
  return { kind: "unusable", path, oid, mode, why };
}
