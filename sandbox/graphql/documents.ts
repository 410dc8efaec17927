import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
} from "graphql";
import { githubSchema } from "./schema.ts";

export interface RootFields {
  readonly operation: "query" | "mutation";
  /** Names, not aliases, in the order of the document. */
  readonly fields: string[];
}

export type CheckedDocument =
  | { readonly ok: true; readonly document: DocumentNode; readonly root: RootFields }
  | { readonly ok: false; readonly errors: readonly GraphQLError[]; readonly root: RootFields };

const NO_FIELDS: RootFields = { operation: "query", fields: [] };
/** Parsing and validating costs milliseconds, and an app has few distinct documents. */
const LIMIT = 500;
const checked = new Map<string, CheckedDocument>();

/** The document of `source`, valid on GitHub's schema, or what is wrong with it. */
export function checkDocument(source: string): CheckedDocument {
  const known = checked.get(source);
  if (known !== undefined) return known;
  const result = check(source);
  if (checked.size >= LIMIT) checked.clear();
  checked.set(source, result);
  return result;
}

function check(source: string): CheckedDocument {
  const document = parsed(source);
  if (document instanceof GraphQLError) return { ok: false, errors: [document], root: NO_FIELDS };
  const root = rootOf(document);
  const errors = validate(githubSchema(), document);
  return errors.length > 0 ? { ok: false, errors, root } : { ok: true, document, root };
}

/**
 * What a document asks for at its root, for counting and for faults. Of several operations the first.
 * A source that cannot be parsed counts as a query without fields.
 */
export function rootFieldsOf(source: string): RootFields {
  const known = checked.get(source);
  if (known !== undefined) return known.root;
  const document = parsed(source);
  return document instanceof GraphQLError ? NO_FIELDS : rootOf(document);
}

function parsed(source: string): DocumentNode | GraphQLError {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

function rootOf(document: DocumentNode): RootFields {
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation === undefined) return NO_FIELDS;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  return {
    operation: operation.operation === "mutation" ? "mutation" : "query",
    fields: fieldsIn(operation.selectionSet, fragments, new Set()),
  };
}

function fieldsIn(
  selection: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  seen: Set<string>,
): string[] {
  return selection.selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node.name.value];
    if (node.kind === Kind.INLINE_FRAGMENT) return fieldsIn(node.selectionSet, fragments, seen);
    const fragment = fragments.get(node.name.value);
    // A fragment that spreads itself is invalid, but is counted before it is validated.
    if (fragment === undefined || seen.has(node.name.value)) return [];
    return fieldsIn(fragment.selectionSet, fragments, new Set(seen).add(node.name.value));
  });
}
