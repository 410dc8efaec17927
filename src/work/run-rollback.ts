import type { Answer } from "../promote/reply.ts";
import { together } from "../promote/reply.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type Permitted, refuse } from "./permitted.ts";
import { rollBackPlace } from "./rollback-place.ts";
import type { RunParts } from "./run-place.ts";
import { placesFor } from "./run-promotion.ts";

/** `/rollback <env> [component] [to <version>]`. Where the environment has components, one is named. */
export async function rollBack(
  parts: RunParts,
  known: KnownRepo,
  asking: Permitted,
): Promise<Answer> {
  const places = placesFor(known, asking, true);
  if ("body" in places) return places;
  if (places.all.length > 1) {
    const names = places.all.map(({ component }) => component ?? "").sort();
    const message = `Name the component that goes back: ${names.slice(0, 15).join(", ")}.`;
    return refuse(known, null, "component-unknown", message);
  }
  const answers: Answer[] = [];
  for (const place of places.all) answers.push(await rollBackPlace(parts, known, asking, place));
  return together(answers);
}
