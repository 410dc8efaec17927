import { createHmac, timingSafeEqual } from "node:crypto";
import type { Change } from "../model/change.ts";
import type { Artifact, ImageArtifact, OrderKey, RefArtifact } from "../model/release.ts";

const kinds = ["tracking", "onboarding", "commit", "promotion", "rollback"] as const;
export type ProposalKind = (typeof kinds)[number];

/** Who asked for a promotion or rollback, and how. */
export interface Asked {
  /** `null`: nobody did, a merge led to it. */
  readonly by: { readonly id: number; readonly login: string } | null;
  /** Id of the comment. */
  readonly comment: number | null;
  /** Environments that it comes from; of a rollback: its own. */
  readonly from: readonly string[];
  /** Why a step of the ladder is left out; `null`: none is. */
  readonly skip: string | null;
  /** Why it is rolled back; `null`: nobody said. */
  readonly reason: string | null;
}

/** What a proposal's commit says of itself in its trailers. Written and read by this file alone. */
export interface CommitTrailers {
  readonly kind: ProposalKind;
  readonly environment: string;
  readonly component: string | null;
  /** Components that travel in one proposal; empty: `component` alone does. */
  readonly components: readonly string[];
  /** The releases that it carries. */
  readonly artifacts: readonly Artifact[];
  /** Nobody could tell whether it is newer: a person merges it, whatever labels say. */
  readonly orderUnknown?: true;
  /** Hash of the values that stood in the entries before. */
  readonly from: string;
  /** New blob ids by path. */
  readonly files: readonly { readonly path: string; readonly oid: string }[];
  readonly deliveries: readonly string[];
  /** `null`: of its own accord. */
  readonly asked: Asked | null;
  /** What a pinned proposal sets, value by value: so it can be made anew on another base. */
  readonly changes: readonly Change[];
}

/** What the signature binds besides the trailers: a copy of the text elsewhere proves nothing. */
export interface SignedContext {
  readonly repoId: number;
  readonly branch: string;
  readonly parent: string;
  /** Id of the person who asked for it; `null`: nobody did. */
  readonly requester: number | null;
}

const DELIVERIES_NAMED = 10;

/** The trailer lines, the signature last. `keys[0]` signs. */
export function renderTrailers(
  trailers: CommitTrailers,
  context: SignedContext,
  keys: readonly Buffer[],
): string {
  const lines = [
    `Tagboat-Kind: ${trailers.kind}`,
    `Tagboat-Place: ${JSON.stringify([trailers.environment, trailers.component])}`,
    ...(trailers.components.length === 0
      ? []
      : [`Tagboat-Together: ${JSON.stringify(trailers.components)}`]),
    ...trailers.artifacts.map(renderArtifact),
    ...(trailers.orderUnknown === true ? ["Tagboat-Order: unknown"] : []),
    `Tagboat-From: ${trailers.from}`,
    ...[...trailers.files]
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((f) => `Tagboat-File: ${f.oid} ${JSON.stringify(f.path)}`),
    ...trailers.changes.map((change) => `Tagboat-Set: ${renderChange(change)}`),
    ...trailers.deliveries.slice(-DELIVERIES_NAMED).map((d) => `Tagboat-Delivery: ${d}`),
    ...(trailers.asked === null ? [] : [`Tagboat-Asked: ${renderAsked(trailers.asked)}`]),
  ];
  const [key] = keys;
  if (key === undefined) throw new Error("no signing key");
  return [...lines, `Tagboat-Signature: ${signatureOf(lines, context, key)}`].join("\n");
}

/** The trailers of a commit message if their signature holds in this context; `null` otherwise. */
export function verifyTrailers(
  message: string,
  context: SignedContext,
  keys: readonly Buffer[],
): CommitTrailers | null {
  const lines = trailerLines(message);
  const signature = /^Tagboat-Signature: (\S+)$/.exec(lines.at(-1) ?? "")?.[1];
  if (signature === undefined) return null;
  const signed = lines.slice(0, -1);
  const valid = keys.some((key) => equal(signatureOf(signed, context, key), signature));
  return valid ? readLines(signed) : null;
}

/** The trailers without proof: for display, and for what a closed proposal carried. `null`: none of ours. */
export function parseTrailers(message: string): CommitTrailers | null {
  return readLines(trailerLines(message).filter((line) => !line.startsWith("Tagboat-Signature: ")));
}

function trailerLines(message: string): string[] {
  const paragraphs = message.replaceAll("\r\n", "\n").trimEnd().split("\n\n");
  const lines = (paragraphs.at(-1) ?? "").split("\n");
  return lines.every((line) => line.startsWith("Tagboat-")) ? lines : [];
}

function signatureOf(lines: readonly string[], context: SignedContext, key: Buffer): string {
  const bound = JSON.stringify([
    "v1",
    context.repoId,
    context.branch,
    context.parent,
    context.requester,
    lines,
  ]);
  return `v1.${createHmac("sha256", key).update(bound).digest("base64url")}`;
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function readLines(lines: readonly string[]): CommitTrailers | null {
  const values = (name: string): string[] =>
    lines.filter((l) => l.startsWith(`${name}: `)).map((l) => l.slice(name.length + 2));
  const [kindName] = values("Tagboat-Kind");
  const kind = kinds.find((one) => one === kindName);
  const place = parseJson(values("Tagboat-Place")[0] ?? "");
  if (kind === undefined) return null;
  if (!Array.isArray(place) || typeof place[0] !== "string") return null;
  return {
    kind,
    environment: place[0],
    component: typeof place[1] === "string" ? place[1] : null,
    components: stringsIn(parseJson(values("Tagboat-Together")[0] ?? "")),
    artifacts: [
      ...values("Tagboat-Release")
        .map(parseImage)
        .filter((a) => a !== null),
      ...values("Tagboat-Ref")
        .map(parseRef)
        .filter((a) => a !== null),
    ],
    ...(values("Tagboat-Order")[0] === "unknown" ? { orderUnknown: true } : {}),
    from: values("Tagboat-From")[0] ?? "",
    files: values("Tagboat-File")
      .map(parseFile)
      .filter((f) => f !== null),
    deliveries: values("Tagboat-Delivery"),
    asked: parseAsked(values("Tagboat-Asked")[0] ?? ""),
    changes: values("Tagboat-Set")
      .map(parseChange)
      .filter((c) => c !== null),
  };
}

function renderArtifact(artifact: Artifact): string {
  if (artifact.kind === "ref") return `Tagboat-Ref: ${artifact.repo} ${artifact.ref}`;
  const { image, tag, digest, orderKey } = artifact;
  const key = orderKey === null ? "-" : `${orderKey.at}/${orderKey.from}`;
  return `Tagboat-Release: ${image} ${tag} ${digest ?? "-"} ${key}`;
}

function renderAsked({ by, comment, from, reason, skip }: Asked): string {
  return JSON.stringify([by === null ? null : [by.id, by.login], comment, from, skip, reason]);
}

function parseAsked(text: string): Asked | null {
  const read = parseJson(text);
  if (!Array.isArray(read)) return null;
  const [by, comment, from, skip, reason] = read as readonly unknown[];
  const [id, login] = Array.isArray(by) ? (by as readonly unknown[]) : [];
  return {
    by: typeof id === "number" && typeof login === "string" ? { id, login } : null,
    comment: typeof comment === "number" ? comment : null,
    from: stringsIn(from),
    skip: typeof skip === "string" ? skip : null,
    reason: typeof reason === "string" ? reason : null,
  };
}

/** An image's entry with the fields that are set, `null` for one that goes; a ref's repo has `null` in place of the entry. */
function renderChange(change: Change): string {
  if (change.kind === "ref")
    return JSON.stringify([change.file, null, { repo: change.repo, ref: change.ref }]);
  const { digest, entry, file, newName, newTag } = change;
  return JSON.stringify([file, entry, { newName, newTag, digest }]);
}

function parseChange(text: string): Change | null {
  const read = parseJson(text);
  if (!Array.isArray(read)) return null;
  const [file, entry, fields] = read as readonly unknown[];
  if (typeof file !== "string" || typeof fields !== "object" || fields === null) return null;
  const { digest, newName, newTag, ref, repo } = fields as Readonly<Record<string, unknown>>;
  if (entry === null)
    return typeof repo === "string" && typeof ref === "string"
      ? { kind: "ref", file, repo, ref }
      : null;
  if (typeof entry !== "string") return null;
  return {
    kind: "image",
    file,
    entry,
    ...(isField(newName) ? { newName } : {}),
    ...(isField(newTag) ? { newTag } : {}),
    ...(isField(digest) ? { digest } : {}),
  };
}

function isField(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function stringsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function parseRef(text: string): RefArtifact | null {
  const [repo, ref] = text.split(" ");
  return repo === undefined || ref === undefined ? null : { kind: "ref", repo, ref };
}

function parseImage(text: string): ImageArtifact | null {
  const [image, tag, digest, key] = text.split(" ");
  if (image === undefined || tag === undefined || digest === undefined || key === undefined)
    return null;
  return {
    kind: "image",
    image,
    tag,
    digest: digest === "-" ? null : digest,
    orderKey: parseKey(key),
  };
}

function parseKey(text: string): OrderKey | null {
  const [at, from] = text.split("/");
  return at !== undefined && (from === "image" || from === "sender") ? { at, from } : null;
}

function parseFile(text: string): { path: string; oid: string } | null {
  const space = text.indexOf(" ");
  const path = parseJson(text.slice(space + 1));
  return typeof path === "string" ? { oid: text.slice(0, space), path } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
