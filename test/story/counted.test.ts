import { expect, test } from "@jest/globals";
import { createPromTally } from "../../src/ingest/metrics.ts";
import { arrive, stories, usualFiles, V2 } from "../support/story.ts";

const { start } = stories();

test("a pushed image is counted from its arrival to its pull request", async () => {
  const metrics = createPromTally({ now: () => new Date(), registries: [] });
  const h = await start(usualFiles, { tally: metrics.tally });
  await arrive(h, V2);
  const { text } = await metrics.render(null);
  const counted = text
    .split("\n")
    .filter((line) => /^tagboat_(deliveries|outcomes|delivery|github_requests)/.test(line))
    .filter((line) => !/ 0$|_bucket|_sum|kind="rest"/.test(line));
  const installation = h.installation.id;
  expect(counted).toEqual([
    'tagboat_deliveries_total{source="github",acceptance="new"} 3',
    'tagboat_outcomes_total{kind="skipped",reason="nothing-to-do"} 3',
    'tagboat_outcomes_total{kind="proposed",reason="opened"} 1',
    "tagboat_delivery_to_proposal_seconds_count 1",
    'tagboat_github_requests_total{kind="query",what="repository",status="200"} 1',
    'tagboat_github_requests_total{kind="query",what="viewer+repository",status="200"} 1',
    'tagboat_github_requests_total{kind="mutation",what="createRef+createCommitOnBranch+createPullRequest",status="200"} 1',
  ]);
  expect(text).toContain(
    `\ntagboat_github_budget_remaining{installation="${installation}",of="graphql"} `,
  );
});
