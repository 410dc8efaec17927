import { z } from "zod";
import type { Normalised, Provenance } from "../model/event.ts";
import { parseImageName } from "../model/image.ts";
import { type CloudEvent, readCloudEvent } from "./cloud-event.ts";
import {
  droppedAll,
  type Gathering,
  type Headers,
  type Message,
  type NormaliseOptions,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { commit, instant, short, word } from "./outside-text.ts";
import { tagFault, wholeDigest } from "./published.ts";
import { type BuiltImage, builtImages, firstValue } from "./tekton-results.ts";

const Values = z
  .array(z.object({ name: z.string(), value: z.unknown() }))
  .nullish()
  .transform((values) => values ?? []);

const Run = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().nullish(),
    uid: z.string().nullish(),
    labels: z.object({ "tekton.dev/pipelineRun": z.string().nullish() }).nullish(),
  }),
  spec: z.object({ params: Values }).nullish(),
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
      completionTime: z.string().nullish(),
      // The sender converts runs to v1beta1; v1 calls both kinds `results`.
      pipelineResults: Values,
      taskResults: Values,
      results: Values,
    })
    .nullish(),
});
type Run = z.infer<typeof Run>;

const Data = z.object({ pipelineRun: Run.nullish(), taskRun: Run.nullish() });

const TYPE = /^dev\.tekton\.event\.(pipelinerun|taskrun|customrun)\.([a-z]+)\.v\d+$/;

/**
 * Tekton's CloudEvents of finished runs, binary or structured. A pipeline run that succeeded announces its
 * images; a task run only if the operator wants it and it belongs to no pipeline, whose later tasks may still fail.
 */
export const tekton: SourceRules = {
  normalise,
  senderId,
  // The sink repeats on 404, 413, 429 and most of 5xx, not on 400: a fault is told where it can be read.
  unreadableStatus: 400,
  authentication: { kind: "url" },
  bodyCap: 2 * 1024 * 1024,
  overCap: "refuse",
  contentTypes: ["application/json", "application/cloudevents+json"],
};

function normalise({ headers, body, options }: Message): Normalised {
  const event = readCloudEvent(headers, body);
  if (event === null) return unreadable("the body is no structured CloudEvent");
  const useless = uselessType(event, options);
  if (useless !== null) return useless;
  const parsed = Data.safeParse(event.data);
  if (!parsed.success) return unreadable("the data is no Tekton run");
  const run = parsed.data.pipelineRun ?? parsed.data.taskRun;
  if (!run) return unreadable("the data has neither `pipelineRun` nor `taskRun`");
  const isTask = !parsed.data.pipelineRun;
  const what = short(`${run.metadata.namespace ?? ""}/${run.metadata.name}`);
  if (isTask && (!options.tekton.taskRuns || run.metadata.labels?.["tekton.dev/pipelineRun"])) {
    return droppedAll("source-not-used", what);
  }
  return succeeded(run) ? finished(run, event, options) : droppedAll("not-successful", what);
}

/** By its type alone: an event of no interest. `null`: look at the run. */
function uselessType({ type }: CloudEvent, options: NormaliseOptions): Normalised | null {
  if (type === null) return null;
  const [, kind, state] = TYPE.exec(type) ?? [];
  if (kind === undefined) return droppedAll("not-a-push", short(type));
  if (kind === "customrun" || (kind === "taskrun" && !options.tekton.taskRuns)) {
    return droppedAll("source-not-used", short(type));
  }
  return state === "successful" ? null : droppedAll("not-successful", short(type));
}

function succeeded(run: Run): boolean {
  const conditions = run.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Succeeded" && status === "True");
}

function resultsOf(run: Run) {
  const { pipelineResults = [], taskResults = [], results = [] } = run.status ?? {};
  return [...pipelineResults, ...taskResults, ...results];
}

function finished(run: Run, event: CloudEvent, options: NormaliseOptions): Normalised {
  const gathering: Gathering = { events: [], dropped: [] };
  const images = builtImages(resultsOf(run), options.tekton.results);
  const at = instant(run.status?.completionTime) ?? instant(event.time);
  const provenance = provenanceOf(run, options);
  for (const image of images) add(image, at, provenance, gathering);
  if (images.length === 0) {
    const what = short(`${run.metadata.name}: no result names an image`);
    gathering.dropped.push({ reason: "not-an-image", what });
  }
  return { kind: "read", ...gathering };
}

function add(built: BuiltImage, at: string | null, provenance: Provenance, into: Gathering): void {
  const image = parseImageName(built.name);
  if (image === null) {
    into.dropped.push({ reason: "image-unreadable", what: short(built.name) });
    return;
  }
  const fault = tagFault(built.tag);
  if (fault !== null && fault !== "untagged") {
    into.dropped.push({ reason: fault, what: short(`${image}:${built.tag}`) });
    return;
  }
  into.events.push({
    kind: "pipeline-finished",
    image,
    // Without one the config's `tag` template may compute it from the revision and the run.
    tag: fault === null ? built.tag : null,
    digest: wholeDigest(built.digest),
    at,
    provenance,
  });
}

function provenanceOf(run: Run, options: NormaliseOptions): Provenance {
  const names = options.tekton.results;
  const params = run.spec?.params ?? [];
  const results = resultsOf(run);
  const revision =
    commit(firstValue(results, names.revision)) ?? commit(firstValue(params, names.revision));
  const sourceRepo = word(firstValue(results, names.repo)) ?? word(firstValue(params, names.repo));
  const name = word(run.metadata.name);
  const namespace = word(run.metadata.namespace);
  const runId = word(run.metadata.uid);
  const branch = word(firstValue(results, BRANCHES)) ?? word(firstValue(params, BRANCHES));
  return {
    ...(revision === null ? {} : { revision }),
    ...(sourceRepo === null ? {} : { sourceRepo }),
    ...(name === null ? {} : { run: name }),
    ...(runId === null ? {} : { runId }),
    ...(branch === null ? {} : { branch }),
    ...(namespace === null ? {} : { namespace }),
  };
}

/** Names of results and parameters that carry the branch; Tekton has no hint for it. */
const BRANCHES = ["git-branch", "branch", "source-branch"];

/** The run's uid with the event's type: `ce-id` is drawn anew for each sending. */
function senderId(headers: Headers, body: unknown): string | null {
  const event = readCloudEvent(headers, body);
  const parsed = Data.safeParse(event?.data);
  const uid = word((parsed.data?.pipelineRun ?? parsed.data?.taskRun)?.metadata.uid);
  return uid === null ? null : `${uid} ${word(event?.type) ?? ""}`.trim();
}
