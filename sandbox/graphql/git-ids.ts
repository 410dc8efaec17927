/** Node ids of what the world has no entity for: opaque to callers, readable to the sandbox. */
export interface GitId {
  readonly kind: string;
  readonly repo: number;
  readonly rest: string;
}

/** The node id of a thing in a repo: `REF_…`, `C_…`. `parseGitId(gitId(k, r, s))` gives k, r and s again. */
export function gitId(kind: string, repo: number, rest: string): string {
  return `${kind}_${Buffer.from(JSON.stringify([repo, rest])).toString("base64url")}`;
}

/** `null` when the text is no id of this room. */
export function parseGitId(id: string): GitId | null {
  const cut = id.indexOf("_");
  if (cut < 0) return null;
  const parsed = parseJson(Buffer.from(id.slice(cut + 1), "base64url").toString("utf8"));
  if (!Array.isArray(parsed)) return null;
  const [repo, rest] = parsed;
  if (typeof repo !== "number" || typeof rest !== "string") return null;
  return { kind: id.slice(0, cut), repo, rest };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
