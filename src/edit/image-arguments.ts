import type { ImageChange } from "../model/change.ts";

/** Why an argument is none, in kustomize's words: pipelines look for them. */
export const NO_IMAGE = "no image specified";
export const INVALID_FORMAT = `invalid format of image, use one of the following options:
- <image>=<newimage>:<newtag>
- <image>=<newimage>@<digest>
- <image>=<newimage>:<newtag>@<digest>
- <image>=<newimage>
- <image>:<newtag>
- <image>:<newtag>@<digest>
- <image>@<digest>`;

export type ArgumentsRead =
  | { readonly kind: "read"; readonly changes: readonly ImageChange[] }
  | { readonly kind: "invalid"; readonly message: string };

/**
 * Reads the arguments of `kustomize edit set image` (5.4 and later) into changes: what an argument does not name is removed from
 * the entry, a field that is `*` is kept, an entry that is missing is added, and of two arguments for one image the last one
 * holds whole. Tags and digests are not validated, as there.
 */
export function readImageArguments(args: readonly string[], file: string): ArgumentsRead {
  if (args.length === 0) return { kind: "invalid", message: NO_IMAGE };
  const changes = new Map<string, ImageChange>();
  for (const argument of args) {
    const change = readArgument(argument, file);
    if (change === null) return { kind: "invalid", message: INVALID_FORMAT };
    if (change.entry === "")
      return { kind: "invalid", message: `${JSON.stringify(argument)} names no image.` };
    // A later argument takes the earlier one's place in the order, too.
    changes.delete(change.entry);
    changes.set(change.entry, change);
  }
  return { kind: "read", changes: [...changes.values()] };
}

function readArgument(argument: string, file: string): ImageChange | null {
  const equals = argument.indexOf("=");
  const key = argument.slice(0, Math.max(equals, 0));
  const { name, tag, digest } = splitValue(argument.slice(equals + 1));
  // Nothing was split off: the argument says no more than a name.
  if (name === argument) return null;
  return {
    kind: "image",
    file,
    add: true,
    entry: key === "" ? name : key,
    ...(key === "" ? { newName: null } : wish("newName", name)),
    ...wish("newTag", tag),
    ...wish("digest", digest),
  };
}

/** A tag and a digest are looked for from the first slash on, so that a registry's port is not taken for a tag. */
function splitValue(value: string): { name: string; tag: string; digest: string } {
  const from = Math.max(value.indexOf("/"), 0);
  const at = value.indexOf("@", from);
  const tagged = at < 0 ? value : value.slice(0, at);
  const colon = tagged.indexOf(":", from);
  return {
    name: colon < 0 ? tagged : tagged.slice(0, colon),
    tag: colon < 0 ? "" : tagged.slice(colon + 1),
    digest: at < 0 ? "" : value.slice(at + 1),
  };
}

/** `*` keeps what is there, nothing removes it. */
function wish(field: "newName" | "newTag" | "digest", text: string): Partial<ImageChange> {
  return text === "*" ? {} : { [field]: text === "" ? null : text };
}
