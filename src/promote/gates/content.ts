import type { FileState } from "../../model/forge.ts";
import { visible } from "../../model/outside-text.ts";
import type { ContentFacts, GateFacts } from "./facts.ts";
import { closed, type Finding, listed, open } from "./finding.ts";

const REMEDY = "/tagboat rebuild makes it anew, without what was added.";

/** A proposal changes what it says and nothing else, to the byte. Of a person's own change the reviewers see all. */
export function contentGate({ origin, pull, content }: GateFacts): Finding {
  if (!pull.filesComplete) {
    return closed(
      "It changes more files than GitHub lists, so what it changes is not known: split it.",
    );
  }
  if (origin.kind === "person")
    return open("A person's own change: its reviewers judge all of it.");
  if (origin.kind === "foreign") {
    return closed(`The branch holds what Tagboat did not write: ${visible(origin.why)}. ${REMEDY}`);
  }
  if (content === null) return closed("What Tagboat would change here is not known.");
  if (content.kind === "unplanned") {
    return closed(`It cannot be planned any more: ${visible(content.why)}.`);
  }
  const { files } = content;
  const others = pull.files.filter(
    ({ path, previousPath }) => !files.has(path) || previousPath !== null,
  );
  if (others.length > 0) {
    const paths = listed(others.slice(0, 3).map(({ path }) => path));
    return closed(`It changes more than was proposed: ${paths}. ${REMEDY}`);
  }
  const [different] = [...files].filter(([path, text]) => !isAsPlanned(content, path, text));
  if (different === undefined) return open("It changes the declared places alone.");
  return closed(`${visible(different[0])} is not as it was proposed. ${REMEDY}`);
}

function isAsPlanned(
  { head, mergeBase }: Extract<ContentFacts, { kind: "planned" }>,
  path: string,
  text: string,
): boolean {
  const now = head.get(path);
  return now?.kind === "text" && now.text === text && now.mode === modeOf(mergeBase.get(path));
}

function modeOf(file: FileState | undefined): string | null {
  return file?.kind === "text" ? file.mode : null;
}
