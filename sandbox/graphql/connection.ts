import type { GraphQLResolveInfo } from "graphql";
import { FieldFailure } from "./errors.ts";

/** The arguments that every connection of GitHub takes. */
export interface PageArgs {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

export interface Connection<T> {
  readonly nodes: readonly T[];
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const MOST = 100;

/**
 * One page of `items`. GitHub wants `first` or `last`, 1 to 100, on each connection.
 *
 * @throws FieldFailure for missing, excessive or senseless boundaries.
 */
export function connection<T>(
  info: GraphQLResolveInfo,
  args: PageArgs,
  items: readonly T[],
): Connection<T> {
  checkBoundaries(info.fieldName, args);
  let from = args.after == null ? 0 : position(args.after);
  let to = args.before == null ? items.length : position(args.before) - 1;
  if (args.first != null) to = Math.min(to, from + args.first);
  if (args.last != null) from = Math.max(from, to - args.last);
  from = Math.min(from, items.length);
  to = Math.max(from, Math.min(to, items.length));
  const nodes = items.slice(from, to);
  return {
    nodes,
    edges: nodes.map((node, index) => ({ cursor: cursor(from + index), node })),
    totalCount: items.length,
    pageInfo: {
      hasNextPage: to < items.length,
      hasPreviousPage: from > 0,
      startCursor: nodes.length === 0 ? null : cursor(from),
      endCursor: nodes.length === 0 ? null : cursor(to - 1),
    },
  };
}

function checkBoundaries(field: string, { first, last }: PageArgs): void {
  if (first == null && last == null) {
    throw new FieldFailure(
      "MISSING_PAGINATION_BOUNDARIES",
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`,
    );
  }
  for (const [name, count] of Object.entries({ first, last })) {
    if (count == null) continue;
    if (count > MOST) {
      throw new FieldFailure(
        "EXCESSIVE_PAGINATION",
        `Requesting ${count} records on the \`${field}\` connection exceeds the \`${name}\` limit of ${MOST} records.`,
      );
    }
    if (count < 1) {
      throw new FieldFailure(
        "INVALID_PAGINATION",
        `\`${name}\` on the \`${field}\` connection cannot be less than one.`,
      );
    }
  }
}

function cursor(index: number): string {
  return Buffer.from(`cursor:v2:${index + 1}`).toString("base64");
}

function position(text: string): number {
  const count = /^cursor:v2:(\d+)$/.exec(Buffer.from(text, "base64").toString("latin1"))?.[1];
  if (count === undefined) {
    throw new FieldFailure(
      "INVALID_CURSOR_ARGUMENTS",
      `\`${text}\` does not appear to be a valid cursor.`,
    );
  }
  return Number(count);
}
