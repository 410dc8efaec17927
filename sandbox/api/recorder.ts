/** Every request that reached the sandbox's GitHub, for counting, and everything that it could not serve. */
export interface RecordedRequest {
  /** `rest`, `graphql-query`, `graphql-mutation`, `token` (minting), `git`, `page`. */
  readonly kind: "rest" | "graphql-query" | "graphql-mutation" | "token" | "git" | "page";
  readonly method: string;
  /** Route pattern or root fields: `GET /repos/{owner}/{repo}/git/trees/{tree_sha}`, `createRef+createCommitOnBranch`. */
  readonly what: string;
  readonly status: number;
  readonly caller: string;
  /** Whether it changed something by intent: non-GET REST, a mutation document. */
  readonly write: boolean;
}

export class Recorder {
  readonly requests: RecordedRequest[] = [];
  /** Unknown routes, unimplemented fields, requests or answers that break GitHub's schemas. Tests assert that it is empty. */
  readonly complaints: string[] = [];

  record(request: RecordedRequest): void {
    this.requests.push(request);
  }

  complain(complaint: string): void {
    this.complaints.push(complaint);
  }

  /** Requests as design §7 counts them: all but the minting of tokens, git and pages. */
  counted(): readonly RecordedRequest[] {
    return this.requests.filter((r) => r.kind === "rest" || r.kind.startsWith("graphql"));
  }

  clear(): void {
    this.requests.length = 0;
    this.complaints.length = 0;
  }
}
