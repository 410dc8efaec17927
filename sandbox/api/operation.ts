import type { operations } from "@octokit/openapi-types";
import type { Repo } from "../world/entities.ts";
import type { Caller } from "./caller.ts";
import type { NEEDS, RepoNeed, ServedOperation } from "./needs.ts";
import type { Room } from "./room.ts";

/** Types of a served operation, taken from GitHub's description: what a handler is given and what it may answer. */

type Parameters<Id extends ServedOperation> = operations[Id] extends { parameters: infer P }
  ? P
  : never;
type RequestBody<Id extends ServedOperation> = operations[Id] extends { requestBody?: infer B }
  ? NonNullable<B>
  : never;
type Responses<Id extends ServedOperation> = operations[Id]["responses"];
type JsonOf<Response> = Response extends { content: { "application/json": infer Body } }
  ? Body
  : null;
type Status<Id extends ServedOperation> = keyof Responses<Id> & number;

export type ParamsOf<Id extends ServedOperation> =
  Parameters<Id> extends { path: infer Path } ? Path : Record<string, never>;
export type QueryOf<Id extends ServedOperation> =
  Parameters<Id> extends { query?: infer Query } ? NonNullable<Query> : Record<string, never>;
export type BodyOf<Id extends ServedOperation> =
  RequestBody<Id> extends { content: { "application/json": infer Body } }
    ? NonNullable<Body>
    : undefined;
/** One of the documented answers: the status decides the shape of the body. */
export type AnswerOf<Id extends ServedOperation> = {
  [S in Status<Id>]: { readonly status: S; readonly body: JsonOf<Responses<Id>[S]> };
}[Status<Id>];

/** One authorised, validated request. */
export interface Call<Id extends ServedOperation> {
  readonly room: Room;
  readonly caller: Caller;
  /** The login that effects are written under; empty for anonymous callers. */
  readonly actor: string;
  readonly params: ParamsOf<Id>;
  readonly query: QueryOf<Id>;
  readonly body: BodyOf<Id>;
  /** The repo that the path names, visible to the caller. */
  readonly repo: (typeof NEEDS)[Id] extends RepoNeed ? Repo : null;
  /** The items of the page that was asked for; adds the `Link` header to the answer. */
  page<Item>(items: readonly Item[]): readonly Item[];
  /** The same for a list, newest first, that GitHub pages by cursor. */
  cursorPage<Item extends { readonly id: number }>(items: readonly Item[]): readonly Item[];
}

export type Handler<Id extends ServedOperation> = (
  call: Call<Id>,
) => AnswerOf<Id> | Promise<AnswerOf<Id>>;
export type Handlers = { readonly [Id in ServedOperation]: Handler<Id> };
