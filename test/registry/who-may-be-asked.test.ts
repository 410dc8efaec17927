import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { isInternalAddress, isMetadataAddress } from "../../src/registry/addresses.ts";
import type { RegistryHosts } from "../../src/registry/registry-hosts.ts";
import { basicOf, hostsOf, lockAll, openRig, type RegistryRig } from "./registry-stage.ts";
import { answerWith, putImage } from "./small-registry.ts";

let rig: RegistryRig;

beforeEach(async () => {
  rig = await openRig();
  putImage(rig.server, "v1");
});

afterEach(() => rig.close());

const credentials = "username: me, password: s3cret";

/** Sends blobs away, to the same content. */
function moveBlobs(target: (path: string) => string): void {
  for (const [path, answer] of [...rig.server.answers])
    if (path.includes("/blobs/")) {
      rig.other.answers.set("/blob", answer);
      rig.server.answers.set("/moved", answer);
      rig.server.answers.set(path, answerWith(307, "", { location: target(path) }));
    }
}

function bothListed(entry: string, otherEntry: string): RegistryHosts {
  return hostsOf(
    `registries:\n  ${rig.server.host}: ${entry}\n  ${rig.other.host}: ${otherEntry}\n`,
  );
}

describe("a host that a registry sends us to", () => {
  test.each([
    ["for this owner", "{owners: [acme]}", "found", 1],
    ["for others", "{owners: [globex]}", "unreadable", 0],
  ])("with the blobs, listed %s", async (_, otherEntry, kind, times) => {
    moveBlobs(() => `http://${rig.other.host}/blob`);
    const registry = rig.reader("{}", { hosts: bothListed("{}", otherEntry) });
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind });
    expect(rig.other.asked).toHaveLength(times);
  });

  test("with the tokens, listed for others, is not asked", async () => {
    rig.other.answers.set("/token", answerWith(200, '{"token":"t"}'));
    const challenge = `Bearer realm="http://${rig.other.host}/token"`;
    lockAll(rig.server, challenge, (a) => a === "Bearer t");
    const others = bothListed("{}", "{owners: [globex]}");
    const read = await rig.reader("{}", { hosts: others }).read(rig.image, "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed" });
    expect(rig.other.asked).toEqual([]);
  });

  test("sees no credentials, though the registry's own redirects do", async () => {
    moveBlobs(() => "/moved");
    lockAll(rig.server, "Basic", (a) => a === basicOf("me", "s3cret"));
    const moved = rig.server.answers.get("/moved");
    rig.server.answers.set("/moved", (request, response) => {
      if (request.headers.authorization === basicOf("me", "s3cret")) moved?.(request, response);
      else answerWith(401)(request, response);
    });
    const registry = rig.reader(`{${credentials}}`);
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
  });

  test("and that sends us back sees none on the way, nor do we show them again", async () => {
    moveBlobs(() => `http://${rig.other.host}/back`);
    const back = answerWith(302, "", { location: `http://${rig.server.host}/moved` });
    rig.other.answers.set("/back", back);
    lockAll(rig.server, "Basic", (a) => a === basicOf("me", "s3cret"));
    const hosts = bothListed(`{${credentials}}`, "{}");
    await rig.reader("{}", { hosts }).read(rig.image, "v1", "acme");
    const after = [...rig.other.asked, ...rig.server.asked.filter(({ path }) => path === "/moved")];
    expect(after.map(({ authorization }) => authorization)).toEqual([null, null]);
  });
});

describe("addresses", () => {
  test.each([
    "8.8.8.8",
    "1.1.1.1",
    "34.107.12.5",
    "100.63.255.255",
    "172.32.0.1",
    "192.0.2.1",
    "2606:4700::6810:84e5",
    "2a02:26f0::1",
    "2001:4860:4860::8888",
  ])("%s is public", (address) => {
    expect([isInternalAddress(address), isMetadataAddress(address)]).toEqual([false, false]);
  });

  test.each([
    ["10.255.255.255", "172.16.0.1", "192.168.0.1", "127.0.0.53", "0.0.0.0", "255.255.255.255"],
    ["::", "::1", "::ffff:8.8.8.8", "::127.0.0.1", "fd12::1", "64:ff9b::8.8.8.8", "2002:a00::1"],
    ["2001::1", "not an address", "", "0x7f.1", "[::1]", "fe80::1%eth0", "239.1.2.3"],
  ])("%s and the like are not", (...addresses) => {
    expect(addresses.filter((address) => !isInternalAddress(address))).toEqual([]);
  });

  test.each([
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "100.100.100.200",
    "fd00:ec2::254",
    "fe80::1",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
  ])("%s is not asked even for a host that is listed", async (address) => {
    expect([isInternalAddress(address), isMetadataAddress(address)]).toEqual([true, true]);
    const family = address.includes(":") ? 6 : 4;
    const resolve = () => Promise.resolve([{ address, family }]);
    const hosts = hostsOf("registries:\n  registry.corp: {plainHttp: true}\n");
    const registry = rig.reader("{}", { hosts, resolve });
    expect(await registry.read("registry.corp/a/b", "v1", "acme")).toMatchObject({
      kind: "not-allowed",
    });
  });

  test("written as the host itself it is not asked either", async () => {
    const hosts = hostsOf("registries:\n  169.254.169.254: {plainHttp: true}\n");
    const read = await rig.reader("{}", { hosts }).read("169.254.169.254/a/b", "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed" });
  });

  test("a name that answers differently the second time is refused then", async () => {
    const answers = ["192.0.2.1", "127.0.0.1"];
    const given: string[] = [];
    const resolve = () => {
      const address = answers[Math.min(given.length, 1)] ?? "";
      given.push(address);
      return Promise.resolve([{ address, family: 4 }]);
    };
    const port = rig.server.host.replace(/^.*:/, "");
    const hosts = hostsOf('registries:\n  "*": {}\n');
    // Nobody is at the documentation address: the first read fails for want of an answer, the second for the address.
    const registry = rig.reader("{}", { hosts, resolve, requestTimeout: 50 });
    const image = `rebind.example:${port}/a/b`;
    expect(await registry.read(image, "v1", "acme")).toMatchObject({ kind: "unavailable" });
    expect(await registry.read(image, "v1", "acme")).toMatchObject({
      kind: "not-allowed",
      detail: expect.stringMatching(/not public/),
    });
    expect(given).toEqual(answers);
  });

  test("of several that a name has, the public ones are used alone", async () => {
    const resolve = () =>
      Promise.resolve([
        { address: "127.0.0.1", family: 4 },
        { address: "10.0.0.1", family: 4 },
      ]);
    const port = rig.server.host.replace(/^.*:/, "");
    const hosts = hostsOf('registries:\n  "*": {}\n');
    const registry = rig.reader("{}", { hosts, resolve });
    const read = await registry.read(`mixed.example:${port}/a/b`, "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed" });
    expect(rig.server.asked).toEqual([]);
  });
});

describe("a private authority", () => {
  const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  let tls: Server;
  let port: number;

  beforeEach(async () => {
    const cert = readFileSync(fixture("private-ca.crt"));
    const key = readFileSync(fixture("private-ca.key"));
    tls = createServer({ cert, key }, (request, response) => {
      const answer = rig.server.answers.get(request.url ?? "");
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    });
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    port = (tls.address() as AddressInfo).port;
  });

  afterEach(async () => {
    tls.closeAllConnections();
    await new Promise((resolve) => tls.close(resolve));
  });

  const resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
  const read = (host: string, entry: string) => {
    const hosts = hostsOf(`registries:\n  ${host}:${port}: ${entry}\n`);
    return rig.reader("{}", { hosts, resolve }).read(`${host}:${port}/acme/app`, "v1", "acme");
  };

  test("is trusted where the operator names it", async () => {
    const ca = `{ca: ${fixture("private-ca.crt")}}`;
    expect(await read("registry.corp", ca)).toMatchObject({ kind: "found" });
  });

  test.each([
    ["is not trusted elsewhere", "registry.corp", "{}"],
    ["does not speak for other names", "other.corp", `{ca: ${fixture("private-ca.crt")}}`],
    ["is not the key's file", "registry.corp", `{ca: ${fixture("private-ca.key")}}`],
  ])("%s", async (_, host, entry) => {
    expect(await read(host, entry)).toMatchObject({ kind: "unavailable" });
  });

  test("of one registry is not trusted for another one's connection", async () => {
    const hosts = hostsOf(
      `registries:\n  registry.corp:${port}: {ca: ${fixture("private-ca.crt")}}\n  files.corp:${port}: {}\n`,
    );
    const registry = rig.reader("{}", { hosts, resolve });
    expect(await registry.read(`registry.corp:${port}/acme/app`, "v1", "acme")).toMatchObject({
      kind: "found",
    });
    expect(await registry.read(`files.corp:${port}/acme/app`, "v1", "acme")).toMatchObject({
      kind: "unavailable",
    });
  });
});
