import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface PackageFile {
  readonly bytes: Buffer;
  /** Hex digest of `bytes`. */
  readonly sha256: string;
}

/**
 * One file of a published npm package, without installing it (some of these packages unpack to hundreds of megabytes).
 *
 * @param spec exact, `@octokit/openapi-webhooks@12.1.0`: a range would make the pruned schemas differ from day to day.
 * @param path from the package's root.
 * @throws when the spec is not exact, or npm or tar fail (no such version, no such file, no network).
 */
export async function readPackageFile(spec: string, path: string): Promise<PackageFile> {
  if (!/^(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/.test(spec)) {
    throw new Error(`"${spec}" must name an exact version, such as name@1.2.3`);
  }
  const folder = await mkdtemp(join(tmpdir(), "package-file-"));
  try {
    const packed = await run("npm", ["pack", spec, "--json", "--pack-destination", folder], {
      cwd: folder,
    });
    const [entry]: { filename?: string }[] = JSON.parse(packed.stdout);
    if (entry?.filename === undefined) throw new Error(`npm pack ${spec} named no file`);
    // Scoped names are reported with a slash by some versions of npm, while the file has a dash.
    const tarball = join(folder, entry.filename.replace(/^@/, "").replaceAll("/", "-"));
    await run("tar", ["-xzf", tarball, "-C", folder, `package/${path}`]);
    const bytes = await readFile(join(folder, "package", path));
    return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
