import { execute, type GraphQLFieldResolver, type GraphQLResolveInfo } from "graphql";
import { type Caller, loginOf } from "../api/caller.ts";
import type { Faults } from "../api/faults.ts";
import { namedRepos } from "../api/named-repos.ts";
import type { Context, GraphqlDeps } from "./context.ts";
import { checkDocument, type RootFields } from "./documents.ts";
import { documentError, executionError, FieldFailure, NotServed } from "./errors.ts";
import { fieldTable } from "./field-table.ts";
import { GitReads } from "./git-reads.ts";
import { memoryOf } from "./memory.ts";
import { githubSchema } from "./schema.ts";

export interface GraphqlAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface GraphqlRequest {
  /** From outside: anything that JSON can be. */
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
}

/**
 * Answers one GraphQL request as GitHub does: errors of the document and of its fields come with HTTP 200.
 * Root fields of a mutation run one after the other; one that fails is null and the others run.
 * What the sandbox does not have is an error and a complaint of the recorder, never a null.
 */
export async function executeGraphql(
  deps: GraphqlDeps,
  caller: Caller,
  body: GraphqlRequest,
): Promise<GraphqlAnswer> {
  const login = loginOf(caller);
  if (login === null || caller.kind === "app") return unauthenticated();
  if (typeof body.query !== "string" || body.query.trim() === "") {
    return ok({
      errors: [{ message: "A query attribute must be specified and must be a string." }],
    });
  }
  const checked = checkDocument(body.query);
  if (!checked.ok) return ok({ errors: checked.errors.map(documentError) });
  const repos = namedRepos(deps.world, body.variables);
  const refused = refusedWhole(deps.faults, checked.root, repos);
  if (refused !== null) return ok(refused);
  const { world, access } = deps;
  const context: RunContext = {
    world,
    access,
    caller,
    login,
    baseUrl: deps.baseUrl ?? "http://127.0.0.1",
    reads: new GitReads(),
    memory: memoryOf(world),
    failing: failingField(deps.faults, checked.root, repos),
    mutation: 0,
  };
  const result = await execute({
    schema: githubSchema(),
    document: checked.document,
    variableValues: isRecord(body.variables) ? body.variables : {},
    operationName: typeof body.operationName === "string" ? body.operationName : null,
    contextValue: context,
    fieldResolver: resolveField,
    typeResolver: (source) => (isRecord(source) ? String(source.__typename) : undefined),
  });
  const { data, errors } = result;
  if (data === undefined) return ok({ errors: (errors ?? []).map(documentError) });
  if (errors === undefined) return ok({ data });
  return ok({ data, errors: errors.map((error) => executionError(error, deps.recorder)) });
}

interface RunContext extends Context {
  readonly failing: { readonly field: number; readonly failure: FieldFailure } | null;
  /** How many root fields of the mutation have begun. */
  mutation: number;
}

function ok(body: unknown): GraphqlAnswer {
  return { status: 200, body };
}

function unauthenticated(): GraphqlAnswer {
  const message = "This endpoint requires you to be authenticated.";
  const documentation_url = "https://docs.github.com/graphql/guides/forming-calls-with-graphql";
  return { status: 401, body: { message, documentation_url, status: "401" } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A fault: the host takes no document with several mutations. */
function refusedWhole(faults: Faults, root: RootFields, repos: readonly string[]): unknown {
  if (root.operation !== "mutation" || root.fields.length < 2) return null;
  const fault = faults.strike(root.fields.join("+"), ["combined-refused"], repos);
  if (fault?.kind !== "combined-refused") return null;
  const type = /not accessible|forbidden/i.test(fault.message) ? "FORBIDDEN" : "UNPROCESSABLE";
  return { data: null, errors: [{ type, path: [root.fields[0]], message: fault.message }] };
}

/** A fault: one root field fails without effect; the last one in a document with fewer than the fault counts to. */
function failingField(
  faults: Faults,
  root: RootFields,
  repos: readonly string[],
): RunContext["failing"] {
  if (root.operation !== "mutation") return null;
  const fault = faults.strike(root.fields.join("+"), ["field-fails"], repos);
  if (fault?.kind !== "field-fails") return null;
  const field = Math.min(fault.field, root.fields.length);
  return { field, failure: new FieldFailure(fault.type, fault.message) };
}

const resolveField: GraphQLFieldResolver<unknown, RunContext> = (source, args, context, info) => {
  const typeName = info.parentType.name;
  if (typeName === "Mutation") return mutate(source, args, context, info);
  const field = fieldTable[typeName]?.[info.fieldName];
  // The one place where a field meets what it is answered from: the table and the schema say that the shapes fit.
  if (field !== undefined) return field(source as never, args as never, context, info);
  if (isRecord(source) && Object.hasOwn(source, info.fieldName)) return source[info.fieldName];
  throw new NotServed(`${typeName}.${info.fieldName}`);
};

async function mutate(
  source: unknown,
  args: Record<string, unknown>,
  context: RunContext,
  info: GraphQLResolveInfo,
): Promise<unknown> {
  context.mutation += 1;
  if (context.failing?.field === context.mutation) throw context.failing.failure;
  const field = fieldTable.Mutation?.[info.fieldName];
  if (field === undefined) throw new NotServed(`Mutation.${info.fieldName}`);
  const payload = await field(source as never, args as never, context, info);
  const input = isRecord(args.input) ? args.input : {};
  return {
    ...(isRecord(payload) ? payload : {}),
    clientMutationId: input.clientMutationId ?? null,
  };
}
