import { z } from "zod";
import { isDigest } from "../model/image.ts";

/** All media types of manifests that are read, for `Accept`. */
export const acceptedManifests = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** An index: the manifests it names, best first, and the platforms they are for. */
export interface Index {
  readonly kind: "index";
  /** Digest of the child that speaks for the image: linux/amd64, else the first real platform. */
  readonly child: string;
  readonly platforms: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly kind: "manifest";
  /** Digest of the image config; `null` for artifacts that are no container image. */
  readonly config: string | null;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a config blob says of the image. */
export interface ImageConfig {
  readonly created: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: string | null;
}

const CONFIG_TYPES = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

const digest = z.string().refine(isDigest);
// What an image says of itself is kept, and goes into rows and texts: so much of it is enough.
const MOST_LABELS = 200;
const LONGEST_NAME = 256;
const LONGEST_VALUE = 2048;
const MOST_PLATFORMS = 64;
const LONGEST_PLATFORM = 64;

// Foreign maps: what is no text, or too long, is dropped, not refused.
const texts = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).filter(isLabel).slice(0, MOST_LABELS))
      : {},
  );
function isLabel(pair: [string, unknown]): pair is [string, string] {
  const [name, value] = pair;
  return name.length <= LONGEST_NAME && typeof value === "string" && value.length <= LONGEST_VALUE;
}

const platformSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});
const indexSchema = z.object({
  manifests: z.array(z.object({ digest, platform: platformSchema.optional().catch(undefined) })),
  annotations: texts,
});
const manifestSchema = z.object({
  config: z.object({ mediaType: z.string(), digest }),
  annotations: texts,
});
const configSchema = z.object({
  created: z.string().optional().catch(undefined),
  os: z.string().optional().catch(undefined),
  architecture: z.string().optional().catch(undefined),
  variant: z.string().optional().catch(undefined),
  config: z.object({ Labels: texts }).optional().catch(undefined),
});

/** Reads an index or a manifest. `null`: it is neither, or names no image. */
export function readManifest(body: Buffer): Index | Manifest | null {
  const json = parseJson(body);
  const index = indexSchema.safeParse(json);
  const manifest = manifestSchema.safeParse(json);
  // What is both could be read as one by us and as the other by the cluster.
  if (index.success) return manifest.success ? null : readIndex(index.data);
  if (!manifest.success) return null;
  const { config, annotations } = manifest.data;
  const isImage = CONFIG_TYPES.has(config.mediaType);
  return { kind: "manifest", config: isImage ? config.digest : null, annotations };
}

/** Reads an image's config. `null`: it is not JSON of that shape. */
export function readConfig(body: Buffer): ImageConfig | null {
  const parsed = configSchema.safeParse(parseJson(body));
  if (!parsed.success) return null;
  const { created, os, architecture, variant, config } = parsed.data;
  const platform =
    os === undefined || architecture === undefined ? null : nameOf({ os, architecture, variant });
  const isInstant =
    created !== undefined && RFC_3339.test(created) && !Number.isNaN(Date.parse(created));
  return { created: isInstant ? created : null, labels: config?.Labels ?? {}, platform };
}

function readIndex({ manifests, annotations }: z.infer<typeof indexSchema>): Index | null {
  // Attestations stand beside the images as children of the platform unknown/unknown.
  const real = manifests.filter(({ platform }) => platform?.os !== "unknown");
  const named = real.flatMap(({ platform }) => (platform === undefined ? [] : [nameOf(platform)]));
  const best =
    real.find(({ platform }) => platform?.os === "linux" && platform.architecture === "amd64") ??
    real.find(({ platform }) => platform !== undefined) ??
    real[0];
  if (best === undefined) return null;
  return {
    kind: "index",
    child: best.digest,
    platforms: [...new Set(named)].slice(0, MOST_PLATFORMS),
    annotations,
  };
}

interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

function nameOf({ os, architecture, variant }: Platform): string {
  const parts = [os, architecture, variant ?? ""].filter((part) => part !== "");
  return parts.join("/").slice(0, LONGEST_PLATFORM);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}
