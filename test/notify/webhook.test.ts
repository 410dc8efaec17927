import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Delivery } from "../../src/model/delivery.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";
import { NoticeFailed } from "../../src/model/notices.ts";
import { createWebhook, type WebhookOptions } from "../../src/notify/webhook.ts";
import { FakeClock } from "../support/fake-clock.ts";

const DELIVERY: Delivery = {
  id: "0199-1",
  source: "quay",
  owner: "acme",
  scope: { kind: "owner" },
  senderId: null,
  subjects: [],
  receivedAt: "2026-11-22T09:00:00.000Z",
  headers: {},
  body: "",
};
const ENTRY: LedgerEntry = {
  at: "2026-11-22T09:00:02.000Z",
  delivery: "0199-1",
  subject: null,
  outcome: { kind: "refused", place: null, reason: "image-gone", detail: "gößt" },
  run: null,
};
const SECRET = "notify-secret-0001";

interface Got {
  readonly req: IncomingMessage;
  readonly body: string;
}
let server: Server;
let url: string;
let got: Got[];
/** `null`: never answers. */
let reply: { status: number; headers?: Record<string, string> } | null;

beforeEach(async () => {
  got = [];
  reply = { status: 200 };
  server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    got.push({ req, body: Buffer.concat(chunks).toString() });
    if (reply !== null) res.writeHead(reply.status, reply.headers).end("thanks");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/hush`;
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, "close");
});

function webhook(over: Partial<WebhookOptions> = {}) {
  return createWebhook({
    url,
    secret: SECRET,
    kinds: ["refused", "failed"],
    clock: new FakeClock("2026-11-22T09:10:00Z"),
    ...over,
  });
}

async function failure(over: Partial<WebhookOptions> = {}): Promise<NoticeFailed> {
  try {
    await webhook(over).send(ENTRY, DELIVERY);
  } catch (error) {
    if (error instanceof NoticeFailed) return error;
    throw error;
  }
  throw new Error("it was taken");
}

describe("the webhook of notices", () => {
  test("wants the kinds that the operator named", () => {
    const { wants } = webhook();
    expect(wants(ENTRY)).toBe(true);
    const committed: LedgerEntry["outcome"] = {
      kind: "committed",
      place: { repo: "acme/cd", base: "main", environment: "dev", component: null },
      oid: "0",
    };
    expect(wants({ ...ENTRY, outcome: committed })).toBe(false);
  });

  test("gets signed JSON with an id that stays the same", async () => {
    const { send } = webhook();
    await send(ENTRY, DELIVERY);
    await send(ENTRY, DELIVERY);
    const [first, second] = got;
    const body = first?.body ?? "";
    expect(first?.req.method).toBe("POST");
    expect(first?.req.url).toBe("/services/hush");
    expect(first?.req.headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": "Tagboat",
      "x-tagboat-delivery": JSON.parse(body).id,
      "x-tagboat-timestamp": "1795338600",
      "x-tagboat-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
    });
    expect(JSON.parse(body)).toMatchObject({ outcome: { kind: "refused", detail: "gößt" } });
    expect(second?.body).toBe(body);
  });

  test.each([[200], [201], [204]])("%i: taken", async (status) => {
    reply = { status };
    await expect(webhook().send(ENTRY, DELIVERY)).resolves.toBeUndefined();
  });

  test.each<[number, Record<string, string>, string | null, boolean]>([
    [500, {}, null, false],
    [404, {}, null, false],
    [410, {}, null, true],
    [429, {}, null, false],
    [429, { "retry-after": "90" }, "2026-11-22T09:11:30.000Z", false],
    [503, { "retry-after": "Sun, 22 Nov 2026 09:12:00 GMT" }, "2026-11-22T09:12:00.000Z", false],
    [503, { "retry-after": "Sun, 22 Nov 2026 08:00:00 GMT" }, "2026-11-22T09:10:00.000Z", false],
    [503, { "retry-after": "999999999" }, "2026-11-22T10:10:00.000Z", false],
    [503, { "retry-after": "soon" }, null, false],
    [500, { "retry-after": "90" }, null, false],
  ])("%i %j: not taken, again at %s, final: %s", async (status, headers, at, final) => {
    reply = { status, headers };
    const { message, retryAt, final: isFinal } = await failure();
    expect(message).toBe(`the receiver of notices answered ${status}`);
    expect(retryAt?.toISOString() ?? null).toBe(at);
    expect(isFinal).toBe(final);
  });

  test("a redirect is not followed", async () => {
    reply = { status: 307, headers: { location: "/elsewhere" } };
    expect((await failure()).message).toBe("the receiver of notices answered 307");
    expect(got).toHaveLength(1);
  });

  test("one that does not answer in time, or is not there: said without its URL", async () => {
    reply = null;
    const late = await failure({ timeout: 50 });
    expect(late.message).toBe("the receiver of notices did not answer (timeout)");
    server.close();
    server.closeAllConnections();
    const gone = await failure();
    expect(gone.message).toBe("the receiver of notices did not answer (ECONNREFUSED)");
    expect(JSON.stringify(gone)).not.toContain("hush");
    expect(gone.stack).not.toContain("hush");
    expect(gone.cause).toBeUndefined();
  });
});
