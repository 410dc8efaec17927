import { fileAt } from "../git/tree-edit.ts";
import type { Repo } from "../world/entities.ts";
import { Forbidden, type Form, requireWrite } from "./pull-actions.ts";
import type { RefPath } from "./ref-path.ts";
import { NotFound, type Visit } from "./visit.ts";

/** Commits a file's new text on its branch, unless somebody was faster. Returns what is then said. */
export async function editFile(visit: Visit, repo: Repo, at: RefPath, form: Form): Promise<string> {
  requireWrite(visit, repo, "contents");
  const file = await fileAt(repo.store, at.oid, at.path);
  const before = file === null ? null : await repo.store.readBlob(file.oid);
  if (!at.isBranch || before === null) throw new NotFound();
  if (repo.archived) throw new Forbidden("Repository was archived so is read-only.");
  const content = Buffer.from(withLineEnds(form.text ?? "", before.toString("utf8")));
  if (content.equals(before)) return "Nothing to commit.";
  await visit.stage.world.commitOnBranch(repo, visit.actor, {
    branch: at.ref,
    expectedHead: form.head ?? "",
    message: (form.message ?? "").trim() || `Change ${at.path}`,
    additions: [{ path: at.path, content }],
    deletions: [],
  });
  return `Committed to ${at.ref}.`;
}

/** Browsers send CRLF whatever was there before. */
function withLineEnds(text: string, before: string): string {
  const lines = text.replaceAll("\r\n", "\n");
  return before.includes("\r\n") ? lines.replaceAll("\n", "\r\n") : lines;
}
