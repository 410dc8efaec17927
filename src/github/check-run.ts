import { z } from "zod";
import { type CheckReport, ForgeUnavailable } from "../model/forge.ts";
import { type Host, inRepo } from "./host.ts";

/** https://docs.github.com/rest/checks/runs: at most 50 annotations a request, each request adds its own. */
const ANNOTATIONS = 50;
const SUMMARY_CHARACTERS = 65_535;

const Known = z.object({
  id: z.number(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  output: z.object({ title: z.string().nullish(), summary: z.string().nullish() }).nullish(),
});
type Known = z.infer<typeof Known>;
const Runs = z.object({ check_runs: z.array(Known) });
const Run = z.object({ id: z.number() });

/**
 * Creates the check run of this name on the commit, or replaces our own. Two requests, one on a `fresh` commit or where nothing is to be
 * written; one more for each further 50 annotations. Reporting again is harmless: a doubtful write throws `ForgeUnavailable`.
 */
export async function reportCheck(host: Host, appId: number, report: CheckReport): Promise<void> {
  const known = report.fresh === true ? undefined : await ownRun(host, appId, report);
  if (known !== undefined && report.unlessSame === true && saysSame(known, report)) return;
  const [first = [], ...more] = pages(report.annotations);
  const replaced =
    known === undefined || isReopened(known, report)
      ? null
      : await update(host, report, known.id, first);
  const id = replaced ?? (await create(host, report, first));
  for (const page of more) {
    const added = await host.write(UPDATE, {
      ...inRepo(report.repo),
      ...stateOf(report),
      check_run_id: id,
      output: output(report, page),
    });
    idOf(added);
  }
}

async function create(
  host: Host,
  report: CheckReport,
  annotations: CheckReport["annotations"],
): Promise<number> {
  const sent = await host.write("POST /repos/{owner}/{repo}/check-runs", {
    ...inRepo(report.repo),
    ...stateOf(report),
    name: report.name,
    head_sha: report.headOid,
    output: output(report, annotations),
  });
  return idOf(sent);
}

/** `null`: the run is not to be had any more; a new one counts in its place. */
async function update(
  host: Host,
  report: CheckReport,
  run: number,
  annotations: CheckReport["annotations"],
): Promise<number | null> {
  const sent = await host.write(UPDATE, {
    ...inRepo(report.repo),
    ...stateOf(report),
    check_run_id: run,
    output: output(report, annotations),
  });
  return sent.kind === "refused" ? null : idOf(sent);
}

async function ownRun(host: Host, appId: number, report: CheckReport): Promise<Known | undefined> {
  const found = await host.read("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
    ...inRepo(report.repo),
    ref: report.headOid,
    check_name: report.name,
    app_id: appId,
    filter: "latest",
    per_page: 1,
  });
  const runs = Runs.safeParse(found);
  return runs.success ? runs.data.check_runs[0] : undefined;
}

function saysSame(known: Known, report: CheckReport): boolean {
  const { status, conclusion = null } = stateOf(report);
  return (
    report.annotations.length === 0 &&
    known.status === status &&
    (known.conclusion ?? null) === conclusion &&
    known.output?.title === report.title &&
    known.output.summary === summaryOf(report)
  );
}

/** A run that is concluded is not opened again: a new one takes its place. */
function isReopened(known: Known, { conclusion }: CheckReport): boolean {
  return conclusion === "pending" && known.status === "completed";
}

const UPDATE = "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}";

function stateOf({ conclusion }: CheckReport): { status: string; conclusion?: string } {
  return conclusion === "pending" ? { status: "in_progress" } : { status: "completed", conclusion };
}

function summaryOf({ summary }: CheckReport): string {
  return summary.slice(0, SUMMARY_CHARACTERS);
}

function output(report: CheckReport, annotations: CheckReport["annotations"]): object {
  return {
    title: report.title,
    summary: summaryOf(report),
    annotations: annotations.map(({ path, line, message, level }) => ({
      path,
      start_line: line,
      end_line: line,
      annotation_level: level,
      message,
    })),
  };
}

function pages(annotations: CheckReport["annotations"]): CheckReport["annotations"][] {
  const all: CheckReport["annotations"][] = [];
  for (let start = 0; start < annotations.length; start += ANNOTATIONS) {
    all.push(annotations.slice(start, start + ANNOTATIONS));
  }
  return all;
}

/** What the App may not do at all was thrown before: a refusal is about this commit as it stands, and the next look may see another. */
function idOf(sent: Awaited<ReturnType<Host["write"]>>): number {
  const run = sent.kind === "done" ? Run.safeParse(sent.answer) : null;
  if (run?.success) return run.data.id;
  const why = sent.kind === "done" ? "unknown answer" : sent.detail;
  const what = sent.kind === "refused" ? "was refused" : "may not be there";
  throw new ForgeUnavailable(`The check ${what}: ${why}`, "request", null);
}
