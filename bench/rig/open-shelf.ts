import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Closers } from "../../sandbox/closers.ts";
import { createRegistry } from "../../sandbox/registry/create-registry.ts";
import type { Shelf } from "./fleet.ts";

interface Remembered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The sandbox's registry on a loopback port. What it answered once it answers without work the next time, since the machine is to
 * be the app's: it is filled through `fetch` before it is asked, and stays as it is.
 *
 * @param delay milliseconds before each answer.
 */
export async function openShelf(closers: Closers, delay: () => number = () => 0): Promise<Shelf> {
  const registry = createRegistry({ now: () => new Date() });
  const remembered = new Map<string, Remembered>();
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const ms = delay();
    if (ms > 0) await pause(ms);
    const { headers = {}, method = "GET", url = "/" } = request;
    const key = `${method} ${url}`;
    const known =
      remembered.get(key) ?? (await ask(registry, method, `http://${headers.host}${url}`));
    if (known.status === 200) remembered.set(key, known);
    response.writeHead(known.status, known.headers).end(known.body);
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.add(() => closed(server));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    fetch: (request) => registry.fetch(request),
  };
}

async function ask(
  { fetch }: Pick<Shelf, "fetch">,
  method: string,
  url: string,
): Promise<Remembered> {
  const response = await fetch(new Request(url, { method }));
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

async function closed(server: Server): Promise<void> {
  const end = once(server, "close");
  server.close();
  server.closeAllConnections();
  await end;
}
