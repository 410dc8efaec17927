import { execFile } from "node:child_process";
import { z } from "zod";
import { type Credentials, namedSecret } from "./docker-config.ts";

/** What was found where credentials are kept. `failed`: nobody knows now; the detail holds nothing of what a program wrote. */
export type FoundCredentials =
  | { readonly kind: "found"; readonly credentials: Credentials }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly detail: string };

export interface HelperOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  readonly timeout: number;
}

const MOST_OUTPUT = 256 * 1024;
// Ours: a helper needs what its cloud gave this process, not what makes us the App.
const OWN_SECRETS =
  /^(TAGBOAT_.*|PRIVATE_KEY.*|WEBHOOK_SECRET.*|DATABASE_URL|PG[A-Z]+|APP_ID|NODE_OPTIONS)$/;

const outputSchema = z.object({ Username: z.string(), Secret: z.string().min(1) });

/**
 * Asks `docker-credential-<name> get` for the credentials of a server (docker's credential helper protocol): the server on stdin,
 * JSON on stdout. No shell, bounded time and output; stderr is not read.
 */
export function askHelper(
  name: string,
  server: string,
  { environment, timeout }: HelperOptions,
): Promise<FoundCredentials> {
  const program = `docker-credential-${name}`;
  const env = Object.fromEntries(
    Object.entries(environment).filter(([key]) => !OWN_SECRETS.test(key)),
  );
  const limits = { timeout, killSignal: "SIGKILL", maxBuffer: MOST_OUTPUT } as const;
  return new Promise((resolve) => {
    const child = execFile(program, ["get"], { env, ...limits }, (error, stdout) => {
      if (error === null) resolve(readOutput(program, stdout));
      else if (isUnknownServer(stdout)) resolve({ kind: "none" });
      else resolve({ kind: "failed", detail: `${program} ${whatHappened(error)}.` });
    });
    // It may end without having read.
    child.stdin?.on("error", () => {});
    child.stdin?.end(`${server}\n`);
  });
}

function readOutput(program: string, text: string): FoundCredentials {
  const output = outputSchema.safeParse(parseJson(text));
  if (!output.success)
    return { kind: "failed", detail: `${program} did not write what a credential helper writes.` };
  const { Secret, Username } = output.data;
  return { kind: "found", credentials: namedSecret(Username, Secret) };
}

/** The protocol knows this outcome by its text alone. */
function isUnknownServer(stdout: string): boolean {
  return stdout.includes("credentials not found in native keychain");
}

function whatHappened(error: Error & { code?: unknown; killed?: boolean }): string {
  if (error.code === "ENOENT") return "is not there";
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "wrote too much";
  if (error.killed === true) return "did not answer in time";
  return typeof error.code === "number" ? `ended with code ${error.code}` : "could not be run";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
