import type { Tally } from "../model/tally.ts";
import type { SentRequest } from "./octokit-like.ts";

/** What `HostOptions.onRequest` is for: every request is counted, and what its answer says is left of the installation's budget. */
export function tallyRequests(tally: Pick<Tally, "asked" | "budget">): (sent: SentRequest) => void {
  return ({ kind, what, status, installation, remaining }) => {
    tally.asked(kind, what, status);
    if (installation !== null && remaining !== null)
      tally.budget(installation, kind === "rest" ? "rest" : "graphql", remaining);
  };
}
