import { z } from "zod";
import type { Comment } from "../model/pulls.ts";
import type { FreezeOverride } from "./gates/facts.ts";
import { type NoteContext, readNotes, renderNote } from "./signed-note.ts";

const KIND = "override";

const noteSchema = z.object({
  environment: z.string(),
  by: z.object({ login: z.string(), id: z.int() }),
  at: z.iso.datetime({ offset: true }),
  reason: z.string(),
  headOid: z.string(),
});

/** What records that somebody opened the freeze of an environment, for the body of our reply to the command. */
export function renderOverride(
  environment: string,
  override: FreezeOverride,
  context: NoteContext,
  keys: readonly Buffer[],
): string {
  const { by, at, reason, headOid } = override;
  const value = { environment, by: { login: by.login, id: by.id }, at, reason, headOid };
  return renderNote(KIND, value, context, keys);
}

/** The overrides of an environment's freeze that our comments on a pull request record. Whether each counts is the gate's matter. */
export function readOverrides(
  notes: readonly Pick<Comment, "byOurApp" | "body">[],
  environment: string,
  context: NoteContext,
  keys: readonly Buffer[],
): readonly FreezeOverride[] {
  const values = notes
    .filter(({ byOurApp }) => byOurApp)
    .flatMap(({ body }) => readNotes(KIND, body, context, keys));
  return values.flatMap((value) => {
    const { success, data } = noteSchema.safeParse(value);
    if (!success || data.environment !== environment) return [];
    const { environment: _, ...override } = data;
    return [override];
  });
}
