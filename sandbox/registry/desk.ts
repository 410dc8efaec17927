import type { Notifier } from "./notifications.ts";
import type { Shelves } from "./shelves.ts";
import type { Uploads } from "./uploads.ts";

/** What a route works with. */
export interface Desk {
  readonly shelves: Shelves;
  readonly uploads: Uploads;
  readonly notifier: Notifier;
}

/** A request that reached a route. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  /** Name of the image. */
  readonly name: string;
  /** What stands behind the route: a tag, a digest, an upload. */
  readonly rest: string;
}
