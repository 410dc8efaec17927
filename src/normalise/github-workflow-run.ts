import { z } from "zod";
import type { DropReason, Normalised, Provenance } from "../model/event.ts";
import { parseImageName } from "../model/image.ts";
import {
  droppedAll,
  type Gathering,
  githubSignature,
  type Headers,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { commit, instant, short, webAddress, word } from "./outside-text.ts";
import type { SourceOptions } from "./source-options.ts";

const named = z.object({ full_name: z.string(), default_branch: z.string().nullish() });
const Run = z.object({
  id: z.number().nullish(),
  name: z.string().nullish(),
  path: z.string().nullish(),
  event: z.string(),
  conclusion: z.string().nullish(),
  head_branch: z.string().nullish(),
  head_sha: z.string().nullish(),
  head_repository: z.object({ full_name: z.string() }).nullish(),
  html_url: z.string().nullish(),
  run_number: z.number().nullish(),
  updated_at: z.string().nullish(),
  actor: z.object({ login: z.string().nullish() }).nullish(),
});
const Body = z.object({ action: z.string(), repository: named, workflow_run: Run });
type Body = z.infer<typeof Body>;

/**
 * A finished run of GitHub Actions as a pipeline's end. It names no image: the operator says which images a repo builds, and the
 * config's `tag` computes theirs. Runs for pull requests and of forks mean nothing, whatever came of them.
 */
export const githubWorkflowRun: SourceRules = {
  ...plainJson,
  normalise,
  senderId: (headers: Headers) => word(headers["x-github-delivery"]),
  authentication: githubSignature,
  bodyCap: 5 * 1024 * 1024,
  contentTypes: ["application/json", "application/x-www-form-urlencoded"],
};

function normalise({ headers, body, own }: Message): Normalised {
  const event = headers["x-github-event"];
  if (event === "ping") return droppedAll("test-event", "ping");
  if (event !== undefined && event !== "workflow_run")
    return droppedAll("source-not-used", short(event));
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body is no `workflow_run` event");
  const { repository, workflow_run: run } = parsed.data;
  const what = short(`${repository.full_name} ${run.path ?? run.name ?? ""}`);
  const fault = faultOf(parsed.data, own);
  if (fault !== null) return droppedAll(fault, what);
  return built(parsed.data, own);
}

function faultOf(body: Body, own: SourceOptions): DropReason | null {
  const { action, repository, workflow_run: run } = body;
  if (action !== "completed" || run.conclusion !== "success") return "not-successful";
  const isOwn = sameName(run.head_repository?.full_name ?? "", repository.full_name);
  if (!isOwn || run.event.startsWith("pull_request")) return "source-not-used";
  if (!isWanted(body, own)) return "source-not-used";
  return imagesOf(repository.full_name, own).length === 0 ? "not-an-image" : null;
}

function isWanted({ repository, workflow_run: run }: Body, own: SourceOptions): boolean {
  // The path may carry the ref that the file was read at.
  const path = (run.path ?? "").split("@", 1)[0] ?? "";
  if (own.workflows !== undefined && !own.workflows.includes(path)) return false;
  const branches = own.branches ?? [repository.default_branch ?? "main"];
  return branches.includes(run.head_branch ?? "");
}

function built({ repository, workflow_run: run }: Body, own: SourceOptions): Normalised {
  const gathering: Gathering = { events: [], dropped: [] };
  for (const text of imagesOf(repository.full_name, own)) {
    const image = parseImageName(text);
    if (image === null) {
      gathering.dropped.push({ reason: "image-unreadable", what: short(text) });
      continue;
    }
    gathering.events.push({
      kind: "pipeline-finished",
      image,
      tag: null,
      digest: null,
      at: instant(run.updated_at),
      provenance: provenanceOf(repository.full_name, run),
    });
  }
  return { kind: "read", ...gathering };
}

function imagesOf(repo: string, { images = {} }: SourceOptions): readonly string[] {
  const entry = Object.entries(images).find(([name]) => sameName(name, repo));
  return entry?.[1] ?? [];
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function provenanceOf(repo: string, run: Body["workflow_run"]): Provenance {
  const revision = commit(run.head_sha);
  const sourceRepo = word(repo);
  const name = word(run.name) ?? word(run.path);
  const runId = word(run.id?.toString());
  const runNumber = word(run.run_number?.toString());
  const branch = word(run.head_branch);
  const runUrl = webAddress(run.html_url);
  const actor = word(run.actor?.login);
  return {
    ...(revision === null ? {} : { revision }),
    ...(sourceRepo === null ? {} : { sourceRepo }),
    ...(name === null ? {} : { run: name }),
    ...(runId === null ? {} : { runId }),
    ...(runNumber === null ? {} : { runNumber }),
    ...(branch === null ? {} : { branch }),
    ...(runUrl === null ? {} : { runUrl }),
    ...(actor === null ? {} : { actor }),
  };
}
