import type { IncomingMessage } from "node:http";

/** What became of reading a request's body. `gone`: the sender hung up. `busy`: too much is being held already. */
export type BodyRead =
  | { readonly kind: "whole"; readonly body: Buffer }
  | { readonly kind: "too-large" }
  | { readonly kind: "busy" }
  | { readonly kind: "gone" };

/** Reads bodies into memory, never more than `budget` bytes over all requests at once. */
export interface BodyReader {
  /** Reads up to `cap` bytes, then calls `use`; the bytes count against the budget until it is done. */
  read<T>(req: IncomingMessage, cap: number, use: (read: BodyRead) => Promise<T>): Promise<T>;
}

/** @param budget bytes held by all requests of this reader together. */
export function createBodyReader(budget: number): BodyReader {
  let held = 0;
  return {
    async read(req, cap, use) {
      // A declared length is believed only where it is bad: what arrives is counted all the same.
      if (Number(req.headers["content-length"] ?? 0) > cap) return use({ kind: "too-large" });
      const chunks: Buffer[] = [];
      let size = 0;
      let isBusy = false;
      const end = await consume(req, (chunk) => {
        isBusy = held + chunk.length > budget;
        if (isBusy || size + chunk.length > cap) return false;
        held += chunk.length;
        size += chunk.length;
        chunks.push(chunk);
        return true;
      });
      try {
        return await use(readOf(end, isBusy, chunks));
      } finally {
        held -= size;
      }
    },
  };
}

function readOf(end: ConsumeEnd, isBusy: boolean, chunks: Buffer[]): BodyRead {
  if (end === "gone") return { kind: "gone" };
  if (end === "stopped") {
    chunks.length = 0;
    return { kind: isBusy ? "busy" : "too-large" };
  }
  return { kind: "whole", body: Buffer.concat(chunks) };
}

/** Reads the rest of a body away, `limit` bytes at most. Whether the end was reached. */
export async function drain(req: IncomingMessage, limit: number): Promise<boolean> {
  let size = 0;
  const end = await consume(req, (chunk) => {
    size += chunk.length;
    return size <= limit;
  });
  return end === "ended";
}

type ConsumeEnd = "ended" | "stopped" | "gone";

/**
 * Hands chunks to `take` until it returns false, which pauses the request. Not `for await`: leaving
 * that loop early destroys the socket, and the answer with it.
 */
function consume(req: IncomingMessage, take: (chunk: Buffer) => boolean): Promise<ConsumeEnd> {
  if (req.readableEnded) return Promise.resolve("ended");
  if (req.destroyed) return Promise.resolve("gone");
  return new Promise((resolve) => {
    function finish(end: ConsumeEnd): void {
      req.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      resolve(end);
    }
    function onData(chunk: Buffer): void {
      if (take(chunk)) return;
      req.pause();
      finish("stopped");
    }
    function onEnd(): void {
      finish("ended");
    }
    function onGone(): void {
      finish("gone");
    }
    req.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
    req.resume();
  });
}
