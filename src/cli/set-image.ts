import { parseArgs } from "node:util";
import { type Edit, editKustomization } from "../edit/edit-kustomization.ts";
import { NO_IMAGE, readImageArguments } from "../edit/image-arguments.ts";
import type { Change, RefChange } from "../model/change.ts";
import type { Command, Terminal } from "./command.ts";
import {
  type FileOnDisk,
  FileTrouble,
  readKustomizationIn,
  replaceText,
} from "./kustomization-on-disk.ts";
import { unifiedDiff } from "./unified-diff.ts";

const HELP = `Usage: tagboat set-image [options] IMAGE…

Sets images in the kustomization file of a folder, as \`kustomize edit set image\` does, and touches no other byte.

  IMAGE             name:tag, name@digest, name:tag@digest, name=new-name and combinations;
                    what an argument does not name is removed from the entry, * keeps it: name=*:tag
  --dir DIR         folder of the kustomization file; default: this folder. May be given several times:
                    then all files are edited or none
  --ref REPO=REF    move ?ref= of the remote resources that come from a git repo: owner/name or its URL.
                    May be given several times, and without any IMAGE
  --check           write nothing; exit with 1 when something would change
  --diff            print what changes as a diff
  --                what follows is an IMAGE, even if it begins with a dash

Needs no settings. Exit codes are kustomize's: 0 done, 1 anything else.
`;

/** `tagboat set-image`: a drop-in for `kustomize edit set image` in pipelines. */
export const setImage: Command = {
  summary: "set images and refs in kustomization files, byte-exact",
  help: HELP,
  run: async (args, terminal) => {
    try {
      return await runSetImage(args, terminal);
    } catch (error) {
      if (!(error instanceof FileTrouble)) throw error;
      terminal.err(`Error: ${error.message}\n`);
      return 1;
    }
  },
};

interface Wanted {
  readonly folders: readonly string[];
  readonly changes: readonly Change[];
  readonly isCheck: boolean;
  readonly isDiff: boolean;
}

interface Planned {
  readonly file: FileOnDisk;
  readonly text: string;
  readonly edits: readonly Edit[];
}

async function runSetImage(args: readonly string[], terminal: Terminal): Promise<number> {
  const wanted = readWanted(args);
  const planned = await Promise.all(wanted.folders.map((folder) => plan(folder, wanted.changes)));
  const changed = onePerFile(planned).filter(({ file, text }) => text !== file.text);
  for (const one of changed) {
    if (!wanted.isCheck) await replaceText(one.file, one.text);
    if (wanted.isDiff) terminal.out(unifiedDiff(one.file.path, one.file.text, one.text));
    else if (wanted.isCheck) terminal.out(one.edits.map((edit) => told(one.file, edit)).join(""));
  }
  return wanted.isCheck && changed.length > 0 ? 1 : 0;
}

async function plan(folder: string, changes: readonly Change[]): Promise<Planned> {
  const file = await readKustomizationIn(folder);
  const result = editKustomization(file.text, changes);
  if (result.kind === "edited") return { file, text: result.text, edits: result.edits };
  const { line, message } = result.refusal;
  const place = line === undefined ? file.path : `${file.path}:${line}`;
  throw new FileTrouble(`${place}: ${message}`);
}

/** Two folders may be one, by a link or by another spelling. */
function onePerFile(planned: readonly Planned[]): Planned[] {
  return [...new Map(planned.map((one) => [one.file.realPath, one])).values()];
}

function told({ path }: FileOnDisk, edit: Edit): string {
  const what = edit.kind === "image" ? `${edit.field} of ${edit.entry}` : `ref of ${edit.resource}`;
  const said = (value: string | null) => value ?? "nothing";
  return `${path}:${edit.line}: ${what}: ${said(edit.from)} → ${said(edit.to)}\n`;
}

function readWanted(args: readonly string[]): Wanted {
  const { values, positionals } = parse(args);
  const refs = (values.ref ?? []).map(readRef);
  const images = positionals.length === 0 ? [] : readImages(positionals);
  if (images.length === 0 && refs.length === 0) throw new FileTrouble(NO_IMAGE);
  return {
    folders: values.dir ?? ["."],
    changes: [...images, ...refs],
    isCheck: values.check === true,
    isDiff: values.diff === true,
  };
}

function readImages(args: readonly string[]): readonly Change[] {
  const read = readImageArguments(args, "");
  if (read.kind === "invalid") throw new FileTrouble(read.message);
  return read.changes;
}

/** The last `=` parts the two: the URL of a repo may hold others. */
function readRef(text: string): RefChange {
  const equals = text.lastIndexOf("=");
  const [repo, ref] = [text.slice(0, Math.max(equals, 0)), text.slice(equals + 1)];
  if (repo === "" || ref === "")
    throw new FileTrouble(
      `--ref ${text}: write it as REPO=REF, for example --ref acme/shop=v1.2.3`,
    );
  return { kind: "ref", file: "", repo, ref };
}

function parse(args: readonly string[]) {
  const many = { type: "string", multiple: true } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { dir: many, ref: many, check: flag, diff: flag },
    });
  } catch (error) {
    const { message = "" } = error as Partial<Error>;
    throw new FileTrouble(`${message}\n\n${HELP}`);
  }
}
