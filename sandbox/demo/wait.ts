import type { Pull } from "../world/entities.ts";
import { StoryFailed } from "./expect.ts";
import { checkOf } from "./look.ts";
import { outcomeOf, PATIENCE } from "./push.ts";
import type { Scene } from "./scene.ts";

/**
 * What `look` finds, looked for again at each line of the app's log. Rejects with `StoryFailed` when it is not there in time.
 *
 * @param what is waited for, for the message.
 */
export async function until<T>(
  scene: Scene,
  what: string,
  look: () => T | null | Promise<T | null>,
): Promise<T> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const since = scene.app.count;
    const found = await look();
    if (found !== null) return found;
    const left = Math.ceil(end - performance.now());
    if (left <= 0) throw new StoryFailed(`${what}: not in ${PATIENCE} ms`);
    await scene.app
      .line(since, () => true, left)
      .catch((error: unknown) => {
        if (performance.now() < end) throw error;
      });
  }
}

/** The check stands on the pull request's head, and nothing more of it is on its way. Resolves to its conclusion. */
export async function untilChecked(scene: Scene, pull: Pull, since = 0): Promise<string> {
  return await until(scene, `the check of #${pull.number}`, () => {
    const told = scene.app.lines.slice(since).some((line) => {
      const { reason, detail } = outcomeOf(line);
      return reason === "gated" && String(detail).startsWith(`#${pull.number}:`);
    });
    return told ? checkOf(scene, pull) : null;
  });
}
