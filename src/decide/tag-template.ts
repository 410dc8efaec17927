import type { ImageEvent } from "../model/event.ts";
import { isTag } from "../model/image.ts";

/** What the template `images[].tag` may name in braces. */
export const tagFields = ["revision", "run", "run-id", "run-number", "branch", "time"] as const;
type TagField = (typeof tagFields)[number];

// A branch is built many times: without one of these a computed tag would name no single build.
const OF_ONE_BUILD: readonly TagField[] = ["revision", "run", "run-id", "run-number", "time"];

const FIELD = /\{([a-z][a-z-]*)(?::(-?\d{1,3})(?::(\d{1,3}))?)?\}/g;

/** A tag computed from what an event says of its run, or why it cannot be. */
export type ComputedTag =
  | { readonly kind: "tag"; readonly tag: string }
  | { readonly kind: "fault"; readonly message: string };

/** Why a text is no template of a tag, as a sentence that says what to write; `null`: it is one. */
export function tagTemplateFault(template: string): string | null {
  const names = [...template.matchAll(FIELD)].map(([, name = ""]) => name);
  const unknown = names.find((name) => !isTagField(name));
  if (unknown !== undefined) return `Unknown field {${unknown}}: write ${listed(tagFields)}.`;
  const text = template.replace(FIELD, "");
  if (/[{}]/.test(text)) {
    return "Write a part as {revision:0:4} (from the start, four characters) or {run:-5} (the last five).";
  }
  if (!/^[\w.-]*$/.test(text) || /^[.-]/.test(template)) {
    return "A tag is made of letters, digits, `_`, `.` and `-`, and begins with none of the last two.";
  }
  if (text.length > 100)
    return "A tag has at most 128 characters: shorten the text of the template.";
  if (names.some((name) => OF_ONE_BUILD.some((field) => field === name))) return null;
  return `Every build would have the same tag: name one of ${listed(OF_ONE_BUILD)}.`;
}

/**
 * The tag that a template makes of an event. `{field:from}` and `{field:from:count}` cut as `${field:from:count}` does in bash;
 * a negative `from` counts from the end. What cannot stand in a tag becomes `-` in a branch. Nothing is guessed: a field that the
 * event does not name, or that is shorter than what the template cuts from its end, is a fault.
 */
export function computeTag(
  template: string,
  event: Pick<ImageEvent, "provenance" | "at">,
): ComputedTag {
  let fault: string | null = null;
  const tag = template.replace(FIELD, (whole, name: string, from?: string, count?: string) => {
    const value = isTagField(name) ? fieldText(name, event) : null;
    const part = value === null ? null : cut(value, from, count);
    if (value === null) fault ??= `the event does not say ${MEANINGS[name as TagField] ?? name}`;
    else if (part === null)
      fault ??= `${whole} takes more than there is of "${value.slice(0, 80)}"`;
    return part ?? "";
  });
  if (fault !== null) return { kind: "fault", message: fault };
  if (isTag(tag)) return { kind: "tag", tag };
  return { kind: "fault", message: `"${tag.slice(0, 140)}" cannot be a tag` };
}

const MEANINGS: Readonly<Record<TagField, string>> = {
  revision: "from which commit it built ({revision})",
  run: "which run it was ({run})",
  "run-id": "which id the run has ({run-id})",
  "run-number": "which number the run has ({run-number})",
  branch: "which branch it built ({branch})",
  time: "when it ended ({time})",
};

function isTagField(name: string): name is TagField {
  return tagFields.some((field) => field === name);
}

function listed(fields: readonly string[]): string {
  return fields.map((field) => `{${field}}`).join(" ");
}

function fieldText(
  field: TagField,
  { at, provenance }: Pick<ImageEvent, "provenance" | "at">,
): string | null {
  switch (field) {
    case "revision":
      return provenance.revision ?? null;
    case "run":
      return provenance.run ?? provenance.runId ?? null;
    case "run-id":
      return provenance.runId ?? null;
    case "run-number":
      return provenance.runNumber ?? null;
    case "branch":
      return provenance.branch?.replace(/^refs\/heads\//, "").replace(/[^\w.-]/g, "-") ?? null;
    case "time":
      return at === null ? null : digitsOf(at);
  }
}

/** `20260129144758`, UTC. */
function digitsOf(at: string): string | null {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return null;
  return new Date(time).toISOString().slice(0, 19).replace(/\D/g, "");
}

function cut(value: string, from = "0", count?: string): string | null {
  const start = Number(from) < 0 ? value.length + Number(from) : Number(from);
  if (start < 0) return null;
  const part = value.slice(start, count === undefined ? undefined : start + Number(count));
  return part === "" ? null : part;
}
