import type { GraphQLError } from "graphql";
import type { Recorder } from "../api/recorder.ts";
import { Rejection } from "../world/world.ts";

/** An error as GitHub answers it: `type` at the top, not in `extensions`. */
export interface GithubError {
  readonly type?: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly message: string;
}

export type FailureType =
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "UNPROCESSABLE"
  | "MISSING_PAGINATION_BOUNDARIES"
  | "EXCESSIVE_PAGINATION"
  | "INVALID_CURSOR_ARGUMENTS"
  | (string & {});

/** A field says no, with a text for the caller. */
export class FieldFailure extends Error {
  override readonly name = "FieldFailure";
  readonly type: FailureType;
  constructor(type: FailureType, message: string) {
    super(message);
    this.type = type;
  }
}

/** The sandbox does not have what was asked for. Never an answer of null: that would pass for one of GitHub's. */
export class NotServed extends Error {
  override readonly name = "NotServed";
  constructor(what: string) {
    super(`sandbox: ${what} is not served`);
  }
}

export function notFound(message: string): FieldFailure {
  return new FieldFailure("NOT_FOUND", message);
}

export function forbidden(): FieldFailure {
  return new FieldFailure("FORBIDDEN", "Resource not accessible by integration");
}

/** Shapes an error of the execution. What is a fault of the sandbox, not of the caller, is complained about. */
export function executionError(error: GraphQLError, recorder: Recorder): GithubError {
  const cause = error.originalError;
  const place = {
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.locations === undefined
      ? {}
      : { locations: error.locations.map(({ line, column }) => ({ line, column })) }),
  };
  if (cause instanceof FieldFailure || cause instanceof Rejection) {
    return { type: cause.type, ...place, message: cause.message };
  }
  if (cause instanceof NotServed) {
    recorder.complain(cause.message);
    return { ...place, message: cause.message };
  }
  recorder.complain(`sandbox: GraphQL ${error.path?.join(".") ?? ""}: ${error.message}`);
  return { ...place, message: "Something went wrong while executing your query." };
}

/** Shapes an error found before the execution. Clients of GitHub know an unknown field by `extensions.code`. */
export function documentError(error: GraphQLError): GithubError {
  const locations = error.locations?.map(({ line, column }) => ({ line, column })) ?? [];
  const field = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(error.message);
  if (field !== null) {
    const [, fieldName = "", typeName = ""] = field;
    return {
      extensions: { code: "undefinedField", typeName, fieldName },
      locations,
      message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
    };
  }
  const argument = /^Unknown argument "(\w+)" on field "(\w+)\.(\w+)"/.exec(error.message);
  if (argument !== null) {
    const [, argumentName = "", typeName = "", fieldName = ""] = argument;
    return {
      extensions: { code: "argumentNotAccepted", name: fieldName, typeName, argumentName },
      locations,
      message: `Field '${fieldName}' doesn't accept argument '${argumentName}'`,
    };
  }
  return { locations, message: error.message };
}
