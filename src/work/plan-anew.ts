import { editFiles } from "../edit/edit-files.ts";
import type { Config, Environment } from "../model/config.ts";
import type { FileState } from "../model/forge.ts";
import { changePlace } from "../promote/place-change.ts";
import { replayChanges } from "../promote/replay.ts";
import type { CommitTrailers } from "../propose/trailers.ts";

/** What a proposal makes of files, by path, from what its commit says; `null`: it has no place in them. */
export function planAnew(
  config: Config,
  trailers: CommitTrailers,
  files: ReadonlyMap<string, FileState>,
): ReadonlyMap<string, string> | null {
  const environment = config.environments.find(({ name }) => name === trailers.environment);
  if (environment === undefined) return null;
  const changes = changesOf(config, environment, trailers, files);
  const edited = changes === null ? null : editFiles(files, changes);
  if (edited === null || edited.kind === "refused") return null;
  return new Map(edited.edits.map(({ path, text }) => [path, text]));
}

function changesOf(
  config: Config,
  environment: Environment,
  trailers: CommitTrailers,
  files: ReadonlyMap<string, FileState>,
) {
  const { artifacts, changes } = trailers;
  const place = { config, environment, files, keyOf: () => null };
  if (changes.length > 0) {
    const replay = replayChanges({ ...place, artifacts, changes });
    return replay.kind === "planned" ? replay.changes : null;
  }
  const paths = trailers.files.map(({ path }) => path);
  const change = changePlace({ ...place, folders: new Map(), paths }, artifacts);
  return change.kind === "planned" ? change.changes : null;
}
