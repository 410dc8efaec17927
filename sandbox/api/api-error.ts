import { Rejection } from "../world/world.ts";

/** An answer that is not a success, in GitHub's shape. Thrown by the door and by handlers, caught once. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly errors: readonly unknown[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    message: string,
    more: { errors?: readonly unknown[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }
}

export const NOT_FOUND = "Not Found";
export const FORBIDDEN_APP = "Resource not accessible by integration";

export function notFound(message: string = NOT_FOUND): ApiError {
  return new ApiError(404, message);
}

/** GitHub would do it, the sandbox does not. 501 is documented nowhere, so it is recorded as a complaint. */
export function unserved(what: string): ApiError {
  return new ApiError(501, `sandbox: ${what} is not served`);
}

/** 422 as GitHub words a rule that one field breaks. */
export function invalid(message: string, resource: string, field: string, code = "invalid") {
  return new ApiError(422, message, { errors: [{ resource, field, code }] });
}

/** Where GitHub explains an answer. Octokit puts it after the message. */
const DOCUMENTATION = "https://docs.github.com/rest";

export interface ErrorBody {
  readonly message: string;
  readonly documentation_url: string;
  readonly status: string;
  readonly errors?: readonly unknown[];
}

/** Rules that GitHub answers as a validation failure with the rule's own text among `errors`. */
const VALIDATION_TEXTS = [
  { starts: "A pull request already exists", resource: "PullRequest" },
  { starts: "No commits between", resource: "PullRequest" },
];

export function errorBody(error: ApiError | Rejection): ErrorBody {
  const body = {
    message: error.message,
    documentation_url: DOCUMENTATION,
    status: String(error.status),
  };
  if (error instanceof ApiError)
    return error.errors.length === 0 ? body : { ...body, errors: error.errors };
  const rule = VALIDATION_TEXTS.find((text) => error.message.startsWith(text.starts));
  if (rule === undefined) return body;
  const errors = [{ resource: rule.resource, code: "custom", message: error.message }];
  return { ...body, message: "Validation Failed", errors };
}

/** The error as an answer, or null if it is a fault of ours. */
export function answerOf(error: unknown): {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;
} | null {
  if (error instanceof ApiError)
    return { status: error.status, body: errorBody(error), headers: error.headers };
  if (error instanceof Rejection)
    return { status: error.status, body: errorBody(error), headers: {} };
  return null;
}
