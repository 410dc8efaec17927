import { type CdRepo, ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import { type Host, inRepo } from "./host.ts";

/**
 * Sets labels (one request; GitHub makes those that the repo does not have) and takes labels (one request each). To do it
 * again is harmless: what is in doubt throws `ForgeUnavailable`.
 */
export async function label(
  host: Host,
  repo: CdRepo,
  pull: number,
  labels: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Promise<void> {
  const where = { ...inRepo(repo), issue_number: pull };
  if (labels.add.length > 0) {
    const sent = await host.write("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
      ...where,
      labels: [...labels.add],
    });
    if (sent.kind !== "done") throw failure(sent);
  }
  for (const name of labels.remove) {
    const route = "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}";
    const sent = await host.write(route, { ...where, name });
    const absent = sent.kind === "refused" && sent.status === 404;
    if (sent.kind !== "done" && !absent) throw failure(sent);
  }
}

function failure(sent: { readonly kind: "refused" | "unsure"; readonly detail: string }): Error {
  return sent.kind === "refused"
    ? new ForgeDenied(`GitHub does not take the labels: ${sent.detail}`, "permission-missing")
    : new ForgeUnavailable(`The labels may not be set: ${sent.detail}`, "request", null);
}
