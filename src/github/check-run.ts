import { z } from "zod";
import { type CheckReport, ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
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
  const where = inRepo(report.repo);
  const known = report.fresh === true ? undefined : await ownRun(host, appId, report);
  if (known !== undefined && report.unlessSame === true && saysSame(known, report)) return;
  const [first = [], ...more] = pages(report.annotations);
  const id =
    known === undefined || isReopened(known, report)
      ? await send(host, "POST /repos/{owner}/{repo}/check-runs", {
          ...where,
          ...stateOf(report),
          name: report.name,
          head_sha: report.headOid,
          output: output(report, first),
        })
      : await send(host, UPDATE, {
          ...where,
          ...stateOf(report),
          check_run_id: known.id,
          output: output(report, first),
        });
  for (const page of more) {
    await send(host, UPDATE, { ...where, check_run_id: id, output: output(report, page) });
  }
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

async function send(
  host: Host,
  route: string,
  parameters: Record<string, unknown>,
): Promise<number> {
  const sent = await host.write(route, parameters);
  if (sent.kind === "refused")
    throw new ForgeDenied(`The check was refused: ${sent.detail}`, "permission-missing");
  const run = sent.kind === "done" ? Run.safeParse(sent.answer) : null;
  if (run?.success) return run.data.id;
  const why = sent.kind === "unsure" ? sent.detail : "unknown answer";
  throw new ForgeUnavailable(`The check may not be there: ${why}`, "request", null);
}
