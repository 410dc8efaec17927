import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { KUSTOMIZATION_NAMES } from "../decide/kustomization.ts";

/** A kustomization file that was read for editing. */
export interface FileOnDisk {
  /** As it is told to a person: below the folder as it was named. */
  readonly path: string;
  /** Where it really lies: a link within its folder is followed. */
  readonly realPath: string;
  readonly text: string;
}

/** Something about the files that a person must mend. The message begins with the path it is about. */
export class FileTrouble extends Error {}

/** Reads the one kustomization file of a folder. @throws {@link FileTrouble} */
export async function readKustomizationIn(folder: string): Promise<FileOnDisk> {
  const path = join(folder, await nameIn(folder));
  const realPath = await placeOf(folder, path);
  const bytes = await about(path, readFile(realPath));
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path, realPath, text };
  } catch {
    throw new FileTrouble(`${path}: it is not UTF-8 text. Save it as UTF-8.`);
  }
}

/**
 * Puts a new text in place of the file's, whole or not at all: written beside it, then renamed over it. Its mode stays, and its
 * owner where this process may give it.
 * @throws {@link FileTrouble}
 */
export async function replaceText({ path, realPath }: FileOnDisk, text: string): Promise<void> {
  const beside = join(dirname(realPath), `.${basename(realPath)}.${randomUUID()}.tmp`);
  try {
    await writeLike(realPath, beside, text);
    await rename(beside, realPath);
  } catch (error) {
    await rm(beside, { force: true });
    throw troubleOf(path, error);
  }
}

async function writeLike(model: string, path: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(model);
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    const own = await file.stat();
    if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid).catch(() => undefined);
    await file.chmod(mode & (constants.S_IRWXU | constants.S_IRWXG | constants.S_IRWXO));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** kustomize refuses a folder with none or several of them; the first words of either message are its own. */
async function nameIn(folder: string): Promise<string> {
  const names = new Set(await about(folder, readdir(folder)));
  const [name, ...others] = KUSTOMIZATION_NAMES.filter((one) => names.has(one));
  const where = folder === "." ? "" : `${folder}: `;
  if (name === undefined)
    throw new FileTrouble(
      `${where}Missing kustomization file 'kustomization.yaml'. Create it, or name another folder with --dir.`,
    );
  if (others.length === 0) return name;
  const found = [name, ...others].join(" ");
  throw new FileTrouble(`${where}Found multiple kustomization file: [${found}]. Keep one.`);
}

/** A repo could hold a link to any file of the machine that runs the pipeline: none is followed out of its folder. */
async function placeOf(folder: string, path: string): Promise<string> {
  const isLink = (await about(path, lstat(path))).isSymbolicLink();
  const realPath = await about(path, realpath(path));
  const home = `${await about(folder, realpath(folder))}${sep}`;
  if (isLink && !realPath.startsWith(home))
    throw new FileTrouble(
      `${path}: it is a link that leads out of its folder. Name the folder it leads to with --dir.`,
    );
  if (!(await about(path, stat(realPath))).isFile())
    throw new FileTrouble(`${path} should be a file`);
  return realPath;
}

async function about<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw troubleOf(path, error);
  }
}

const MENDS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder. Check the path.",
  ENOTDIR: "it is no folder. Name the folder of the kustomization file.",
  EACCES: "this process may not read or write it. Check its owner and mode.",
  EPERM: "this process may not read or write it. Check its owner and mode.",
  EROFS: "it lies in a read-only file system. Mount it writable.",
  ENOSPC: "the disk is full. Make room.",
  ELOOP: "its links go round in a circle. Remove one.",
};

function troubleOf(path: string, error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("code" in error)) return error;
  const mend = MENDS[String(error.code)];
  return mend === undefined ? error : new FileTrouble(`${path}: ${mend}`, { cause: error });
}
