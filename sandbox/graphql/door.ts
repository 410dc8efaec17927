import type { AccessCheck, Caller } from "../api/caller.ts";
import type { GraphqlDeps } from "./context.ts";
import { type RootFields, rootFieldsOf } from "./documents.ts";
import { executeGraphql, type GraphqlAnswer, type GraphqlRequest } from "./execute.ts";
import { memoryOf } from "./memory.ts";

/** GraphQL as the HTTP door mounts it. */
export interface GraphqlDoor {
  rootFieldsOf(source: string): RootFields;
  execute(caller: Caller, body: GraphqlRequest, access: AccessCheck): Promise<GraphqlAnswer>;
}

/** Make it together with the world: from now on the timelines of its pull requests are remembered. */
export function createGraphqlDoor(deps: Omit<GraphqlDeps, "access">): GraphqlDoor {
  memoryOf(deps.world);
  return {
    rootFieldsOf,
    execute: (caller, body, access) => executeGraphql({ ...deps, access }, caller, body),
  };
}
