import { controlRoutes } from "./api/control.ts";
import type { Address, Doors } from "./api/serve.ts";
import { createGitDoor } from "./git-door.ts";
import type { Stage } from "./stage.ts";

/** Puts a stage on an address: the API, git over HTTP, the control routes, and the pages where there are some. */
export function serveStage(
  stage: Stage,
  address: Address,
  pages: Doors["pages"],
  beforeApi: (request: Request) => Promise<void> = async () => {},
): void {
  const { world, faults, recorder, github } = stage;
  const control = controlRoutes({ world, faults, recorder, tokens: github.tokens });
  address.serve({
    api: async (request) => {
      await beforeApi(request);
      return github.fetch(request);
    },
    control: (request) => control.fetch(request),
    pages,
    git: createGitDoor(stage),
  });
}
