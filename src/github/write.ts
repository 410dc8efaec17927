import { z } from "zod";
import { type DenyReason, ForgeDenied } from "../model/forge.ts";
import type { Host, Unsure } from "./host.ts";
import type { HostMemory } from "./host-memory.ts";
import type { GraphqlError } from "./request-error.ts";
import { type WriteStep, writeDocument } from "./write-step.ts";

/** A branch that was just made may be unknown to the next request for a few seconds. */
const LOOKS = 5;
const LOOK_AGAIN_MS = 2_000;

/** What a write did, step by step. */
export interface Written {
  readonly kind: "ran";
  /** What the step did; `null`: it did not happen, or not provably. */
  of<T>(step: WriteStep<T>): T | null;
  /** Why steps did not happen, for the log and for a person. */
  readonly detail: string;
  readonly errors: readonly GraphqlError[];
}

type Payloads = Map<string, unknown>;
interface Progress {
  readonly payloads: Payloads;
  readonly errors: readonly GraphqlError[];
}

/**
 * Runs the steps in ONE document. That is no transaction: a step may fail while later ones run, so the caller asks for
 * each. A host that refuses the document as such gets the steps that are left one by one, none of them twice, and is
 * remembered. Nothing is ever sent again whose effect is in doubt.
 * Throws `ForgeDenied` when the host forbids a step, `ForgeUnavailable` when it was not taken at all.
 */
export async function runSteps(
  host: Host,
  memory: HostMemory,
  steps: readonly WriteStep<unknown>[],
): Promise<Written | Unsure> {
  const nothing: Progress = { payloads: new Map(), errors: [] };
  const apart = memory.refusesCombined || steps.some(({ field }) => memory.lacks(field));
  if (apart || steps.length === 1)
    return finish(steps, await runSingly(host, memory, steps, nothing));
  const combined = await sendDocument(host, steps);
  if ("kind" in combined) return combined;
  const done = doneBefore(steps, combined.payloads);
  if (!isDocumentRefused(steps, done, combined)) return finish(steps, combined);
  const singly = await runSingly(host, memory, steps, { ...combined, errors: [] });
  const lacking = combined.errors.some(isUnknownField);
  if (!("kind" in singly) && !lacking && doneBefore(steps, singly.payloads) > done) {
    memory.refusedCombined();
  }
  return finish(steps, singly);
}

async function sendDocument(
  host: Host,
  steps: readonly WriteStep<unknown>[],
): Promise<Progress | Unsure> {
  const { what, text, variables } = writeDocument(steps);
  const answer = await host.mutate({ what, text }, variables);
  if ("kind" in answer) return answer;
  const aliases = z.record(z.string(), z.unknown()).safeParse(answer.data);
  const payloads = new Map(Object.entries(aliases.success ? aliases.data : {}));
  return { payloads, errors: answer.errors };
}

/** Does the steps after those that are done already, each in a request of its own. Stops at the first that fails. */
async function runSingly(
  host: Host,
  memory: HostMemory,
  steps: readonly WriteStep<unknown>[],
  progress: Progress,
): Promise<Progress | Unsure> {
  const payloads = new Map(progress.payloads);
  for (const [at, step] of steps.entries()) {
    if (isDone(step, payloads)) continue;
    const looks = at === 0 ? 1 : LOOKS;
    const result = await runOne(host, memory, step, looks);
    if ("kind" in result) return result;
    payloads.set(step.alias, result.payloads.get(step.alias) ?? null);
    if (!isDone(step, payloads)) return { payloads, errors: result.errors };
  }
  return { payloads, errors: [] };
}

async function runOne(
  host: Host,
  memory: HostMemory,
  step: WriteStep<unknown>,
  looks: number,
): Promise<Progress | Unsure> {
  if (memory.lacks(step.field)) return await overRest(host, step);
  const result = await sendDocument(host, [step]);
  if ("kind" in result || isDone(step, result.payloads)) return result;
  if (result.errors.some(isUnknownField)) {
    memory.lacked(step.field);
    return await overRest(host, step);
  }
  if (looks <= 1 || !result.errors.some(isNotVisible)) return result;
  await host.clock.sleep(LOOK_AGAIN_MS);
  return await runOne(host, memory, step, looks - 1);
}

async function overRest(host: Host, step: WriteStep<unknown>): Promise<Progress | Unsure> {
  const result = await step.rest(host);
  if (result.kind === "unsure") return result;
  if (result.kind === "done") {
    return { payloads: new Map([[step.alias, result.payload]]), errors: [] };
  }
  const error = { message: result.detail, type: null, code: null, path: [step.alias] };
  return { payloads: new Map(), errors: [error] };
}

function finish(
  steps: readonly WriteStep<unknown>[],
  progress: Progress | Unsure,
): Written | Unsure {
  if ("kind" in progress) return progress;
  const { payloads, errors } = progress;
  const detail = errors.map((error) => errorText(steps, error)).join("; ");
  const done = doneBefore(steps, payloads);
  if (done < steps.length && errors.some(isForbidden)) {
    throw new ForgeDenied(`GitHub does not let the App do this: ${detail}`, denialOf(errors));
  }
  return {
    kind: "ran",
    of: (step) => step.read(payloads.get(step.alias) ?? null),
    detail: detail === "" ? "GitHub did not say what became of it" : detail,
    errors,
  };
}

function isDone(step: WriteStep<unknown>, payloads: Payloads): boolean {
  return step.read(payloads.get(step.alias) ?? null) !== null;
}

function doneBefore(steps: readonly WriteStep<unknown>[], payloads: Payloads): number {
  const at = steps.findIndex((step) => !isDone(step, payloads));
  return at < 0 ? steps.length : at;
}

/**
 * Whether the host balked at the document rather than at a step: it does not know a field, forbids the document, or
 * does not see the branch that the step before has made. Nothing after the first missing step may have happened.
 */
function isDocumentRefused(
  steps: readonly WriteStep<unknown>[],
  done: number,
  { payloads, errors }: Progress,
): boolean {
  if (done === steps.length || errors.length === 0) return false;
  if (steps.slice(done).some((step) => payloads.get(step.alias) != null)) return false;
  if (done === 0) {
    // No data at all, not even nulls, with a reason: the document was refused before anything ran. Without a type
    // ("Something went wrong…") it may have run.
    const refused = payloads.size === 0 ? isTyped : isBarred;
    if (errors.some(isUnknownField)) return true;
    return errors.every((error) => refused(error) || isMissingBranch(error));
  }
  return errors.some(isNotVisible);
}

// graphql-ruby names its validation errors in `extensions.code`; other hosts have the texts of the GraphQL specification.
function isUnknownField(error: GraphqlError): boolean {
  if (error.code !== null) return /^(undefined|argumentNotAccepted)/.test(error.code);
  return /doesn't exist on type|Cannot query field|Unknown type|isn't a defined input type/.test(
    error.message,
  );
}

function isTyped({ type }: GraphqlError): boolean {
  return type === "FORBIDDEN" || type === "UNPROCESSABLE";
}

function isBarred(error: GraphqlError): boolean {
  return error.type === "FORBIDDEN";
}

const ARCHIVED = /archived/i;
const PROTECTED = /rule violations|protected branch/i;

function isForbidden(error: GraphqlError): boolean {
  return isBarred(error) || ARCHIVED.test(error.message) || PROTECTED.test(error.message);
}

function denialOf(errors: readonly GraphqlError[]): DenyReason {
  if (errors.some(({ message }) => ARCHIVED.test(message))) return "repo-archived";
  return errors.some(({ message }) => PROTECTED.test(message))
    ? "base-protected"
    : "permission-missing";
}

function isMissingBranch(error: GraphqlError): boolean {
  return (
    error.type === "BRANCH_NOT_FOUND" ||
    /branch (.* )?not found|no such branch/i.test(error.message)
  );
}

function isNotVisible(error: GraphqlError): boolean {
  return (
    isMissingBranch(error) ||
    /head sha can't be blank|head ref must be a branch|no commits between/i.test(error.message)
  );
}

function errorText(steps: readonly WriteStep<unknown>[], error: GraphqlError): string {
  const step = steps.find(({ alias }) => alias === error.path[0]);
  return step === undefined ? error.message : `${step.field}: ${error.message}`;
}
