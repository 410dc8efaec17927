import { z } from "zod";
import type { DropReason, Normalised, Provenance } from "../model/event.ts";
import { type ImageName, parseImageName, splitReference } from "../model/image.ts";
import {
  droppedAll,
  type Gathering,
  githubSignature,
  type Headers,
  type Message,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { commit, instant, short, word } from "./outside-text.ts";
import { imageAt, publish, wholeDigest } from "./published.ts";

const Metadata = z.object({
  tag: z.object({ name: z.string().nullish(), digest: z.string().nullish() }).nullish(),
  labels: z.object({ source: z.unknown(), revision: z.unknown() }).partial().nullish(),
  manifest: z
    .object({
      digest: z.string().nullish(),
      media_type: z.string().nullish(),
      config: z.object({ media_type: z.string().nullish() }).nullish(),
    })
    .nullish(),
});

const Package = z.object({
  name: z.string(),
  namespace: z.string().nullish(),
  ecosystem: z.string().nullish(),
  package_type: z.string().nullish(),
  package_version: z
    .object({
      version: z.string().nullish(),
      package_url: z.string().nullish(),
      created_at: z.string().nullish(),
      updated_at: z.string().nullish(),
      container_metadata: Metadata.nullish().catch(null),
    })
    .nullish(),
});
type Package = z.infer<typeof Package>;

const Body = z.object({
  action: z.string(),
  package: Package.optional(),
  registry_package: Package.optional(),
  repository: z.object({ full_name: z.string().nullish() }).nullish(),
  sender: z.object({ login: z.string().nullish() }).nullish(),
});
type Body = z.infer<typeof Body>;

/**
 * GitHub Packages by a repository or organisation webhook: events `package` and `registry_package`.
 * One event names one tag, even when several were pushed together.
 */
export const githubPackage: SourceRules = {
  normalise,
  // The same on redelivery: GitHub's webhook manual, "X-GitHub-Delivery".
  senderId: (headers: Headers) => word(headers["x-github-delivery"]),
  unreadableStatus: 202,
  authentication: githubSignature,
  bodyCap: 5 * 1024 * 1024,
  overCap: "refuse",
  contentTypes: ["application/json", "application/x-www-form-urlencoded"],
};

function normalise({ headers, body }: Message): Normalised {
  const event = headers["x-github-event"];
  if (event === "ping") return droppedAll("test-event", "ping");
  if (event !== undefined && event !== "package" && event !== "registry_package") {
    return droppedAll("source-not-used", short(event));
  }
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body is no `package` or `registry_package` event");
  const pack = parsed.data.registry_package ?? parsed.data.package;
  if (pack === undefined) return unreadable("the body names no package");
  const fault = publishFault(parsed.data.action, pack);
  if (fault !== null) return droppedAll(fault, short(pack.name));
  return published(parsed.data, pack);
}

function publishFault(action: string, pack: Package): DropReason | null {
  if (action !== "published" && action !== "updated") return "not-a-push";
  const types = [pack.ecosystem, pack.package_type].map((type) => type?.toLowerCase());
  if (!types.includes("container") && !types.includes("docker")) return "not-an-image";
  const metadata = pack.package_version?.container_metadata;
  // Payloads from before ghcr.io (docker.pkg.github.com) carry none, and cannot name an image.
  if (!metadata) return "not-an-image";
  const chart = "application/vnd.cncf.helm";
  return metadata.manifest?.config?.media_type?.startsWith(chart) ? "helm-chart" : null;
}

function published(body: Body, pack: Package): Normalised {
  const version = pack.package_version;
  const metadata = version?.container_metadata;
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageOf(pack),
      what: pack.name,
      tag: metadata?.tag?.name,
      digest:
        wholeDigest(version?.version) ??
        wholeDigest(metadata?.tag?.digest) ??
        wholeDigest(metadata?.manifest?.digest),
      at: instant(version?.updated_at) ?? instant(version?.created_at),
      provenance: provenanceOf(body, pack),
    },
    gathering,
  );
  const events = gathering.events.map((event) => ({ ...event, oneOfSeveral: true as const }));
  return { kind: "read", ...gathering, events };
}

/** `package_url` carries the host, also of an Enterprise Server; its tag part may be empty (`…/app:`). */
function imageOf(pack: Package): ImageName | null {
  const url = pack.package_version?.package_url;
  if (url) return parseImageName(splitReference(url).name);
  return pack.namespace ? imageAt("ghcr.io", `${pack.namespace}/${pack.name}`) : null;
}

function provenanceOf(body: Body, pack: Package): Provenance {
  const labels = pack.package_version?.container_metadata?.labels;
  const revision = commit(labels?.revision);
  const sourceRepo = word(labels?.source) ?? word(body.repository?.full_name);
  const actor = word(body.sender?.login);
  return {
    ...(revision === null ? {} : { revision }),
    ...(sourceRepo === null ? {} : { sourceRepo }),
    ...(actor === null ? {} : { actor }),
  };
}
