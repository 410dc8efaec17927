import { z } from "zod";
import type { Desk } from "../model/desk.ts";
import type { Switches } from "../model/switches.ts";

/** What the socket offers: the operator's two ports. */
export interface DeskPorts {
  readonly desk: Desk;
  readonly switches: Switches;
}

/** Raised when questions or answers change their shape: a command and a process of different versions must not guess. */
export const DESK_VERSION = "1";

const scope = { repo: z.string().nullable(), environment: z.string().nullable() };
const limit = z.int().min(1);

const calls = z.discriminatedUnion("call", [
  z.object({ call: z.literal("deliveries"), failed: z.boolean(), limit }),
  z.object({ call: z.literal("delivery"), id: z.string() }),
  z.object({ call: z.literal("replay"), id: z.string() }),
  z.object({ call: z.literal("explain"), image: z.string(), tag: z.string().nullable(), limit }),
  z.object({ call: z.literal("depth") }),
  z.object({ call: z.literal("forget"), before: z.iso.datetime() }),
  z.object({ call: z.literal("switches") }),
  z.object({
    call: z.literal("put"),
    held: z.object({ ...scope, since: z.iso.datetime(), reason: z.string() }),
  }),
  z.object({ call: z.literal("lift"), scope: z.object(scope) }),
]);

/** One question as it goes over the socket. */
export type DeskCall = z.infer<typeof calls>;

/** Reads a question; `null`: it is none. */
export function parseDeskCall(text: string): DeskCall | null {
  try {
    return calls.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Asks the ports; what they answer is JSON as it is. */
export async function answerDeskCall(ports: DeskPorts, call: DeskCall): Promise<unknown> {
  const { desk, switches } = ports;
  switch (call.call) {
    case "deliveries":
      return desk.deliveries(call);
    case "delivery":
      return desk.delivery(call.id);
    case "replay":
      return desk.replay(call.id);
    case "explain":
      return desk.explain(call.image, call.tag, call.limit);
    case "depth":
      return desk.depth();
    case "forget":
      return desk.forget(new Date(call.before));
    case "switches":
      return switches.all();
    case "put":
      return (await switches.put(call.held)) ?? null;
    case "lift":
      return switches.lift(call.scope);
  }
}
