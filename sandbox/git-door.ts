import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./api/api-error.ts";
import { type Access, type Caller, loginOf } from "./api/caller.ts";
import { type Admission, createGitHandler, type GitRequest } from "./git/smart-http.ts";
import type { Stage } from "./stage.ts";
import type { Repo } from "./world/entities.ts";

/** `git clone` and `git push` on a stage whose repos are on disk. People and Apps prove themselves by a token as the password. */
export function createGitDoor(
  stage: Stage,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const handler = createGitHandler({
    authorise: (request) => authorise(stage, request),
    onPushed: async ({ owner, name, user, updates }) => {
      const repo = stage.world.repo(owner, name);
      if (repo !== null) await stage.world.pushed(repo, user, updates);
    },
    onServed: ({ service, credentials }, status) =>
      stage.recorder.record({
        kind: "git",
        method: "POST",
        what: service,
        status,
        caller: credentials?.user ?? "anonymous",
        write: service === "git-receive-pack",
      }),
  });
  return async (request, response) => {
    if (!(await handler(request, response))) response.writeHead(404).end();
  };
}

async function authorise(stage: Stage, request: GitRequest): Promise<Admission> {
  const caller = callerOf(stage, request);
  if (caller === null) return { kind: "unauthorised" };
  const repo = stage.world.repo(request.owner, request.name);
  const bare = repo === null ? null : stage.bareOf(repo);
  const admitted = repo === null ? "not-found" : admission(stage, request, caller, repo);
  // Whoever has not said who they are is asked, as on github.com: git then sends what it was given.
  if (caller.kind === "anonymous" && admitted !== "allowed") return { kind: "unauthorised" };
  if (admitted !== "allowed") return { kind: admitted };
  if (repo === null || bare === null) return { kind: "not-found" };
  // A clone checks out what HEAD names.
  if (repo.defaultBranch !== null) await bare.setHead(repo.defaultBranch);
  return { kind: "allowed", dir: bare.dir, user: loginOf(caller) ?? "anonymous" };
}

function admission(stage: Stage, request: GitRequest, caller: Caller, repo: Repo): Access {
  const level = request.service === "git-receive-pack" ? "write" : "read";
  const access = stage.github.access(caller, repo, "contents", level);
  return access === "allowed" && level === "write" && repo.archived ? "forbidden" : access;
}

function callerOf(stage: Stage, { credentials }: GitRequest): Caller | null {
  if (credentials === null) return { kind: "anonymous" };
  const pair = `${credentials.user}:${credentials.password}`;
  try {
    return stage.github.authenticate(`Basic ${Buffer.from(pair).toString("base64")}`);
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
