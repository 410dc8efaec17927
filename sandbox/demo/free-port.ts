import { createServer, type Server } from "node:net";

/** A port of 127.0.0.1, kept from others until it is released for whom it is meant. */
export interface ReservedPort {
  readonly port: number;
  release(): Promise<void>;
}

/** Keeps the preferred port if it is free, else any. */
export async function reservePort(preferred: number): Promise<ReservedPort> {
  const server = (await listening(preferred)) ?? (await listening(0));
  const address = server?.address();
  if (!server || typeof address !== "object" || address === null) throw new Error("No free port");
  return {
    port: address.port,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** `null`: the port is taken. */
function listening(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => resolve(null));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}
