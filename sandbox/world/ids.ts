/** GraphQL's type name → prefix of its node ids, as GitHub's own look. */
const prefixes = {
  User: "U",
  Bot: "BOT",
  Organization: "O",
  Team: "T",
  Repository: "R",
  PullRequest: "PR",
  PullRequestReview: "PRR",
  IssueComment: "IC",
  CheckRun: "CR",
  StatusContext: "SC",
  Label: "LA",
  Installation: "MDI",
  Ref: "REF",
  Commit: "C",
} as const;
export type NodeType = keyof typeof prefixes;

export interface NodeKey {
  readonly type: NodeType;
  /** Numeric id of the thing; for a Ref or Commit: of its repo. */
  readonly id: number;
  /** Full ref name or commit id; empty for everything else. */
  readonly name: string;
}

/** Opaque to clients, decodable here: no table has to remember ids of refs and commits. */
export function nodeIdOf(type: NodeType, id: number, name = ""): string {
  return `${prefixes[type]}_${Buffer.from(`${type}:${id}:${name}`).toString("base64url")}`;
}

/** The reverse of `nodeIdOf`; `null` for anything that it did not write. */
export function parseNodeId(text: string): NodeKey | null {
  const packed = /^[A-Z]+_([\w-]+)$/.exec(text)?.[1];
  if (packed === undefined) return null;
  const parts = /^([A-Za-z]+):(\d+):(.*)$/.exec(Buffer.from(packed, "base64url").toString("utf8"));
  const [, type = "", id = "", name = ""] = parts ?? [];
  if (!isNodeType(type) || nodeIdOf(type, Number(id), name) !== text) return null;
  if (name !== "" && type !== "Ref" && type !== "Commit") return null;
  return { type, id: Number(id), name };
}

function isNodeType(text: string): text is NodeType {
  return Object.hasOwn(prefixes, text);
}
