import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Outside, readOutside } from "../../src/ingest/outside.ts";
import { createWire, type Resolve } from "../../src/registry/wire.ts";

/* As main.ts puts it together: what proves a sender is fetched by the registry's wire. */
function outsideBy(resolve: Resolve): { outside: Outside; close(): void } {
  const wire = createWire(resolve);
  const outside: Outside = (url, limits) => wire.ask({ ...limits, url, headers: {}, ca: null });
  return { outside, close: () => wire.close() };
}

const KEYS = new URL("https://sns.eu-west-1.amazonaws.com/a.pem");

describe("a name that leads inside", () => {
  test.each([
    "169.254.169.254",
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "::1",
    "::ffff:169.254.169.254",
    "fd00:ec2::254",
  ])("%s is not asked", async (address) => {
    const { close, outside } = outsideBy(async () => [
      { address, family: address.includes(":") ? 6 : 4 },
    ]);
    const read = await readOutside(outside, KEYS, { cap: 100, internal: false });
    expect(read).toEqual({ failed: "internal address", final: false });
    close();
  });
});

describe("a host that the operator named", () => {
  let server: Server;
  let base: string;
  let asked: string[];
  beforeAll(async () => {
    asked = [];
    server = createServer((req, res) => {
      asked.push(req.url ?? "");
      if (req.url === "/away") res.writeHead(302, { location: "/keys" }).end();
      else if (req.url === "/busy") res.writeHead(503).end();
      else res.end("k".repeat(req.url === "/long" ? 1000 : 10));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  test.each<[string, unknown]>([
    ["/keys", Buffer.from("k".repeat(10))],
    ["/away", { failed: "status 302", final: true }],
    ["/busy", { failed: "status 503", final: false }],
    ["/long", { failed: "more than 100 bytes", final: false }],
  ])("%s", async (path, expected) => {
    const { close, outside } = outsideBy(async () => []);
    const url = new URL(base + path);
    expect(await readOutside(outside, url, { cap: 100, internal: true })).toEqual(expected);
    expect(asked.at(-1)).toBe(path);
    close();
  });
});
