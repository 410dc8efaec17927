import type { Harbour } from "../../support/harbour.ts";

/** A webhook that leads to a look at the gates of each open pull request, and to nothing else. */
export async function lookAgain(harbour: Harbour): Promise<void> {
  const { repo } = harbour;
  const repository = { full_name: `${repo.owner}/${repo.name}` };
  for (const pull of harbour.open()) {
    const about = {
      number: pull.number,
      head: { ref: pull.headBranch, repo: repository },
      base: { ref: pull.baseBranch },
    };
    const label = { name: "tagboat:again" };
    await harbour.deliver({
      source: "github",
      headers: { "x-github-event": "pull_request" },
      body: JSON.stringify({ action: "labeled", label, repository, pull_request: about }),
    });
  }
}
