import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { proposeConfig } from "../decide/onboarding.ts";
import { CONFIG_PATH } from "../model/config.ts";
import { branchesOf, readCheckout } from "./checkout.ts";
import { type Command, EXIT_USAGE, type Terminal } from "./command.ts";

const HELP = `Usage: tagboat init [FOLDER] [--write]

Proposes a first ${CONFIG_PATH} from the folders of a checkout of a CD repo: the same as the
onboarding pull request offers. Prints it; what a person should look at goes to standard error.

  FOLDER     the checkout; default: the folder you are in
  --write    write it to ${CONFIG_PATH} of the checkout; one that is there is kept
`;

/** `tagboat init`: proposes a config for a local checkout. */
export const init: Command = {
  summary: `propose a ${CONFIG_PATH} for a checkout of a CD repo`,
  help: HELP,
  run: runInit,
};

async function runInit(args: readonly string[], terminal: Terminal): Promise<number> {
  const wanted = readWanted(args);
  if (typeof wanted === "string") {
    terminal.err(`tagboat init: ${wanted}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  const { folder } = wanted;
  const checkout = await readCheckout(folder);
  const offer = proposeConfig({ ...checkout, branches: await branchesOf(folder) });
  if (offer === null) {
    terminal.err("tagboat init: no folder with a kustomization file and images: was found\n");
    return 1;
  }
  for (const note of offer.body.notes) terminal.err(`- ${note}\n`);
  if (!wanted.write) {
    terminal.out(offer.text);
    return 0;
  }
  return (await writeNew(join(wanted.folder, CONFIG_PATH), offer.text, terminal)) ? 0 : 1;
}

function readWanted(args: readonly string[]): { folder: string; write: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { write: { type: "boolean", default: false } },
    });
    if (positionals.length > 1) return `too many arguments: ${positionals.slice(1).join(" ")}`;
    return { folder: positionals[0] ?? ".", write: values.write };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function writeNew(path: string, text: string, terminal: Terminal): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    terminal.err(`tagboat init: ${path} is there already; nothing was written\n`);
    return false;
  }
  terminal.err(`wrote ${path}\n`);
  return true;
}
