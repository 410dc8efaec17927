import type { HostHistory } from "../model/host-history.ts";
import { failedHooks, redeliver } from "./failed-hooks.ts";
import { Host, type HostOptions } from "./host.ts";
import { listPulls } from "./list-pulls.ts";
import { proposals } from "./proposals.ts";

/** The port `HostHistory` on GitHub, for the same host as the forge. */
export function createGithubHistory(options: HostOptions): HostHistory {
  const app = new Host(options, null);
  return {
    async checkCredentials() {
      if ((await app.read("GET /app", {})) === null) throw new Error("GitHub knows no such App");
    },
    failedHooks: (since) => failedHooks(app, since),
    redeliver: (id) => redeliver(app, id),
    labelled: (repo, label) =>
      listPulls(new Host(options, repo.installation), repo, {
        states: null,
        base: null,
        labels: [label],
      }),
    proposals: (repo) => proposals(new Host(options, repo.installation), repo),
  };
}
