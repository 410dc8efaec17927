import { createOciRegistry } from "../../src/registry/oci-registry.ts";
import { readRegistriesFile } from "../../src/registry/registries-file.ts";
import { registryContract } from "../contract/registry.contract.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeRegistry } from "../support/fake-registry.ts";
import { MANIFEST, putBlob, putManifest, startServer } from "./small-registry.ts";

registryContract("over HTTP", async () => {
  const server = await startServer();
  const tags = new Set<string>();
  const file = readRegistriesFile(`registries:\n  ${server.host}: {}\n`);
  if (file.kind === "refused") throw new Error(JSON.stringify(file.problems));
  const registry = createOciRegistry({
    hosts: file.hosts,
    clock: new FakeClock(),
    log: { debug: () => {} },
  });
  return {
    registry,
    image: `${server.host}/acme/app`,
    push(tag, created, labels) {
      const facts = { created, os: "linux", architecture: "amd64", config: { Labels: labels } };
      const digest = putBlob(server, JSON.stringify(facts));
      const mediaType = "application/vnd.oci.image.config.v1+json";
      tags.add(tag);
      server.answers.set("/v2/acme/app/tags/list", (_, response) => {
        response.end(JSON.stringify({ name: "acme/app", tags: [...tags].sort() }));
      });
      return putManifest(server, { mediaType: MANIFEST, config: { mediaType, digest } }, tag);
    },
    async close() {
      registry.close();
      await server.stop();
    },
  };
});

registryContract("the tests' own", async () => {
  const registry = new FakeRegistry();
  const image = "quay.io/acme/app";
  return {
    registry,
    image,
    push: (tag, created, labels) => registry.put(image, tag, { created, labels }),
    close: async () => {},
  };
});
