import type { NormaliseOptions, TektonResultNames } from "../normalise/normaliser.ts";
import { defaultOptions } from "../normalise/sources.ts";
import { list, type Reader, value } from "./reader.ts";

/** TAGBOAT_TEKTON_TASK_RUNS, TAGBOAT_TEKTON_RESULTS. */
export function readTekton(reader: Reader): NormaliseOptions["tekton"] {
  const taskRuns = value(reader, "TAGBOAT_TEKTON_TASK_RUNS") ?? "false";
  if (taskRuns !== "true" && taskRuns !== "false") {
    reader.problems.push("TAGBOAT_TEKTON_TASK_RUNS: write true or false");
  }
  return { taskRuns: taskRuns === "true", results: readResultNames(reader) };
}

function readResultNames(reader: Reader): TektonResultNames {
  const defaults = defaultOptions.tekton.results;
  const given: Record<keyof TektonResultNames, string[]> = {
    image: [],
    tag: [],
    digest: [],
    revision: [],
    repo: [],
  };
  for (const entry of list(reader, "TAGBOAT_TEKTON_RESULTS")) {
    const [, kind, name] = /^(image|tag|digest|revision|repo)=(\S+)$/.exec(entry) ?? [];
    if (kind === undefined || name === undefined) {
      reader.problems.push(
        "TAGBOAT_TEKTON_RESULTS: write kind=result, separated by commas; kinds: image, tag, digest, revision, repo",
      );
      break;
    }
    given[kind as keyof TektonResultNames].push(name);
  }
  const names = (kind: keyof TektonResultNames) =>
    given[kind].length > 0 ? given[kind] : defaults[kind];
  return {
    image: names("image"),
    tag: names("tag"),
    digest: names("digest"),
    revision: names("revision"),
    repo: names("repo"),
  };
}
