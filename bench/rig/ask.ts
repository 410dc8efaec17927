import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

const status = z.object({ depth: z.object({ deliveries: z.number(), items: z.number() }) });
const explained = z.array(
  z.object({
    summary: z.object({ id: z.string(), state: z.string() }),
    history: z.array(
      z.object({ outcome: z.object({ kind: z.string(), reason: z.string().optional() }) }),
    ),
  }),
);

type Variables = Readonly<Record<string, string>>;

/** How much the app has still to do, as `tagboat status` tells. */
export async function askDepth(
  variables: Variables,
): Promise<{ deliveries: number; items: number }> {
  return status.parse(await askJson(variables, ["status", "--json"])).depth;
}

/** What became of an image's deliveries, as `tagboat explain` tells; 1,000 at most. */
export async function askExplained(
  variables: Variables,
  image: string,
): Promise<z.infer<typeof explained>> {
  return explained.parse(await askJson(variables, ["explain", image, "--limit", "1000", "--json"]));
}

/** Runs the command as an operator does, beside the running app. */
function askJson(variables: Variables, words: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { PATH: process.env.PATH ?? "", ...variables },
      maxBuffer: 256 * 1024 * 1024,
    };
    execFile(process.execPath, [PROGRAM, ...words], options, (_error, out, complaints) => {
      try {
        resolve(JSON.parse(out));
      } catch (cause) {
        reject(new Error(`tagboat ${words[0]}: ${complaints.slice(0, 500)}`, { cause }));
      }
    });
  });
}
