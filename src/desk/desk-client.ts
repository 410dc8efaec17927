import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Desk } from "../model/desk.ts";
import type { Switches } from "../model/switches.ts";
import { DESK_VERSION, type DeskCall, type DeskPorts } from "./desk-call.ts";
import { findSocket } from "./socket-place.ts";

/** A process that can be asked, or why not; `nobody`: none runs on this folder. */
export type DeskFound =
  | ({ readonly kind: "running" } & DeskPorts)
  | { readonly kind: "nobody" }
  | { readonly kind: "problem"; readonly message: string };

/** Finds the process that runs on a data folder. */
export async function findDesk(dataFolder: string): Promise<DeskFound> {
  const path = await findSocket(dataFolder);
  try {
    const ports = portsAt(path);
    await ports.switches.all();
    return { kind: "running", ...ports };
  } catch (error) {
    if (error instanceof DeskProblem) return { kind: "problem", message: error.message };
    const code = codeOf(error);
    // Nothing there, or what a killed process has left.
    if (code === "ENOENT" || code === "ECONNREFUSED") return { kind: "nobody" };
    return { kind: "problem", message: `${path} cannot be opened (${code})` };
  }
}

/** The running process answered, but not what was asked for. */
class DeskProblem extends Error {
  override readonly name = "DeskProblem";
}

function portsAt(path: string): DeskPorts {
  const ask = <T>(call: DeskCall): Promise<T> => askAt<T>(path, call);
  const desk: Desk = {
    deliveries: ({ failed, limit }) => ask({ call: "deliveries", failed, limit }),
    delivery: (id) => ask({ call: "delivery", id }),
    replay: (id) => ask({ call: "replay", id }),
    explain: (image, tag, limit) => ask({ call: "explain", image, tag, limit }),
    depth: () => ask({ call: "depth" }),
    forget: (before) => ask({ call: "forget", before: before.toISOString() }),
  };
  const switches: Switches = {
    all: () => ask({ call: "switches" }),
    async put({ repo, environment, since, reason }) {
      await ask({ call: "put", held: { repo, environment, since, reason } });
    },
    lift: ({ repo, environment }) => ask({ call: "lift", scope: { repo, environment } }),
  };
  return { desk, switches };
}

/** Milliseconds without a sign of life. */
const PATIENCE = 30_000;

async function askAt<T>(path: string, call: DeskCall): Promise<T> {
  const req = request({
    socketPath: path,
    method: "POST",
    path: "/",
    agent: false,
    headers: { "content-type": "application/json" },
  });
  req.setTimeout(PATIENCE, () =>
    req.destroy(new DeskProblem("the running Tagboat does not answer")),
  );
  req.end(JSON.stringify(call));
  const [res]: IncomingMessage[] = await once(req, "response");
  if (res === undefined || res.headers["tagboat-desk"] !== DESK_VERSION) {
    req.destroy();
    throw new DeskProblem(
      "the running Tagboat is of another version: use the `tagboat` command that came with it",
    );
  }
  let text = "";
  res.setEncoding("utf8");
  for await (const chunk of res) text += chunk;
  // The one place where answers are taken for what they are: the other end has the same version of this folder.
  const { answer, problem } = JSON.parse(text) as { answer: T; problem?: string };
  if (problem !== undefined) throw new DeskProblem(`the running Tagboat says: ${problem}`);
  return answer;
}

function codeOf(error: unknown): string {
  const code: unknown =
    typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : String(error);
}
