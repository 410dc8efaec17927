import type { Forge, Target } from "../model/forge.ts";
import { code } from "../model/outside-text.ts";
import type { DesiredProposal } from "./proposal.ts";
import { renderTitle, shortVersion } from "./title.ts";
import type { Attempt } from "./upsert.ts";

/** `mode: observe`: tells on the base commit what would be done, as a check, and writes nothing else. */
export async function tellPlan(
  parts: { readonly forge: Forge },
  target: Target,
  desired: DesiredProposal,
): Promise<Attempt> {
  const { place } = desired;
  if (desired.edits.length === 0 || target.base === null) {
    return {
      kind: "settled",
      outcome: { kind: "skipped", place, reason: "up-to-date", detail: "the base has it" },
    };
  }
  const title = renderTitle(desired);
  const rows = desired.rows.map(
    (row) =>
      `| ${code(row.file)} | ${code(row.image)} | ${row.from === null ? "new entry" : code(shortVersion(row.from))} | ${code(shortVersion(row.to))} |`,
  );
  await parts.forge.reportCheck({
    repo: target.repo,
    headOid: target.base.oid,
    name: `tagboat/observe: ${place.environment}${place.component === null ? "" : `/${place.component}`}`,
    conclusion: "neutral",
    title: `Would ${desired.environment.delivery === "commit" ? "commit" : "propose"} ${title}`,
    summary: [
      "`mode: observe` is set, so nothing was written. With `mode: act` this would change:",
      "",
      "| file | image | from | to |",
      "|---|---|---|---|",
      ...rows,
    ].join("\n"),
    annotations: [],
  });
  return {
    kind: "settled",
    outcome: { kind: "skipped", place, reason: "observe-mode", detail: `would propose ${title}` },
  };
}
