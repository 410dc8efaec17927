import type { Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import type { DeliveryLog } from "./delivery-log.ts";
import type { Tokens } from "./tokens.ts";
import type { Urls } from "./urls.ts";

export interface DeploymentStatus {
  readonly id: number;
  readonly state:
    | "error"
    | "failure"
    | "inactive"
    | "pending"
    | "success"
    | "queued"
    | "in_progress";
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly creator: string;
  readonly at: string;
}

export interface Deployment {
  readonly id: number;
  readonly oid: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: Record<string, unknown> | string;
  readonly creator: string;
  readonly at: string;
  readonly statuses: DeploymentStatus[];
}

/** What REST serves and the world does not keep: deployments change no rule of the world. */
export class Shelf {
  readonly #deployments = new Map<number, Deployment[]>();
  #lastId = 0;

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  deployments(repo: Repo): Deployment[] {
    return listOf(this.#deployments, repo.id);
  }

  clear(): void {
    this.#deployments.clear();
  }
}

function listOf<Item>(lists: Map<number, Item[]>, key: number): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** What every handler works with. */
export interface Room {
  readonly world: World;
  readonly tokens: Tokens;
  readonly shelf: Shelf;
  readonly deliveries: DeliveryLog | null;
  readonly urls: Urls;
  readonly now: () => Date;
}
