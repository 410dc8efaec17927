import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Registry } from "./create-registry.ts";

export interface RegistryAddress {
  /** `127.0.0.1:5000`, as it stands in image names. */
  readonly host: string;
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 (port 0: a free one). Closing also stops the notifications. */
export async function serveRegistry(registry: Registry, port = 0): Promise<RegistryAddress> {
  const server = createServer((request, response) => {
    const listener = getRequestListener((given) => registry.fetch(given));
    listener(request, response).catch(() => request.socket.destroy());
  });
  const taken = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("No port"));
      else resolve(address.port);
    });
  });
  const host = `127.0.0.1:${taken}`;
  return {
    host,
    url: `http://${host}`,
    close: () =>
      new Promise((resolve) => {
        registry.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
