import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { nestsTooDeep } from "../model/nesting.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

const AS_KUBERNETES = { version: "1.1", schema: "failsafe", logLevel: "silent" } as const;
const HIDDEN = "(something that cannot be read: hidden)\n";

/** Remembers the first value of each place, so that a diff still tells which ones changed. */
export type SeenValues = Map<string, string>;

/**
 * An object of a build's output as it may be shown: of a Secret the values of `data` and `stringData` are hidden.
 * What seems to be a Secret and cannot be read is hidden whole.
 */
export function maskSecret(text: string, seen: SeenValues): string {
  if (!/\bSecret\b/.test(text)) return text;
  const document = readObject(text);
  const root: unknown = document?.contents;
  if (document === null || !isMap(root)) return HIDDEN;
  if (root.get("kind") !== "Secret") return text;
  const name = String(document.getIn(["metadata", "name"]) ?? "").replace(/-[a-z0-9]{10}$/, "");
  for (const field of ["data", "stringData"]) {
    const values = root.get(field, true);
    if (isMap(values)) hideValues(values, `${name}/${field}`, seen);
    else if (values !== undefined) root.set(field, "(hidden)");
  }
  const annotations = document.getIn(["metadata", "annotations"], true);
  if (isMap(annotations) && annotations.has(LAST_APPLIED))
    annotations.set(LAST_APPLIED, "(hidden)");
  document.commentBefore = null;
  document.comment = null;
  return document.toString({ lineWidth: 0 });
}

/** `null`: it cannot be read. */
function readObject(text: string) {
  if (nestsTooDeep(text)) return null;
  const document = parseDocument(text, AS_KUBERNETES);
  return document.errors.length > 0 ? null : document;
}

function hideValues(values: YAMLMap, place: string, seen: SeenValues): void {
  for (const pair of values.items) {
    const key = `${place}/${isScalar(pair.key) ? String(pair.key.value) : "?"}`;
    const value = String(pair.value);
    const first = seen.get(key) ?? value;
    seen.set(key, first);
    pair.value = value === first ? "(hidden)" : "(hidden, changed)";
  }
}
