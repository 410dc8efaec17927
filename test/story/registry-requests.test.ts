import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { Tagboat } from "../../src/compose.ts";
import { createOciRegistry, type OciRegistry } from "../../src/registry/oci-registry.ts";
import { hostsOf } from "../registry/registry-stage.ts";
import {
  INDEX,
  MANIFEST,
  putBlob,
  putManifest,
  type SmallServer,
  startServer,
} from "../registry/small-registry.ts";
import type { Harbour } from "../support/harbour.ts";
import { CONFIG, configText, DEV, IMAGE, overlay, stories, usualFiles } from "../support/story.ts";

/** The whole path on the real adapter, with a registry that counts. */

const { start } = stories();

let server: SmallServer;
let registry: OciRegistry;
let h: Harbour;
let tagboat: Tagboat;
let image: string;

beforeEach(async () => {
  server = await startServer();
  image = `${server.host}/acme/app`;
  const files = {
    ...usualFiles,
    [CONFIG]: configText().replace(IMAGE, image),
    [DEV]: overlay("6322-rbbs9", image),
  };
  h = await start({}, { files });
  const hosts = hostsOf(`registries:\n  ${server.host}: {owners: [acme]}\n`);
  registry = createOciRegistry({ hosts, clock: h.clock, log: { debug: () => {} } });
  tagboat = await h.beside({ registry });
  put("6322-rbbs9", 2);
});

afterEach(async () => {
  await tagboat.work.stop();
  registry.close();
  await server.stop();
});

function put(tag: string, day: number, platforms = ["amd64"]): void {
  const mediaType = "application/vnd.oci.image.config.v1+json";
  const children = platforms.map((architecture) => {
    const created = `2026-11-0${day}T08:00:00Z`;
    const config = putBlob(server, JSON.stringify({ created, os: "linux", architecture }));
    const single = platforms.length === 1 ? tag : undefined;
    const body = { mediaType: MANIFEST, config: { mediaType, digest: config } };
    return {
      digest: putManifest(server, body, single),
      platform: { os: "linux", architecture },
    };
  });
  if (children.length > 1) putManifest(server, { mediaType: INDEX, manifests: children }, tag);
}

/** What a webhook for the tag costs, and the title of the pull request afterwards. */
async function tell(tag: string): Promise<readonly [requests: number, title: string | undefined]> {
  server.asked.length = 0;
  await h.deliver({ body: JSON.stringify({ image, tag }) });
  await tagboat.work.settled();
  await h.stage.webhooks.idle();
  await tagboat.work.settled();
  return [server.asked.length, h.open()[0]?.title];
}

test("a new image: two for it and two for the release in place, once; an index three; the same again one", async () => {
  put("bf76-qqxrq", 3);
  expect(await tell("bf76-qqxrq")).toEqual([4, "dev: app 6322-rbbs9 → bf76-qqxrq"]);
  put("c0de-zz4tk", 4, ["amd64", "arm64"]);
  expect(await tell("c0de-zz4tk")).toEqual([3, "dev: app 6322-rbbs9 → c0de-zz4tk"]);
  expect(await tell("c0de-zz4tk")).toEqual([1, "dev: app 6322-rbbs9 → c0de-zz4tk"]);
});

test("what is older than what stands there costs no more", async () => {
  put("bf76-qqxrq", 3);
  await tell("bf76-qqxrq");
  put("d1ce-hh7wp", 1);
  expect(await tell("d1ce-hh7wp")).toEqual([2, "dev: app 6322-rbbs9 → bf76-qqxrq"]);
});
