import { createHash } from "node:crypto";

/** Where proposals and their temporary branches live. */
export const BRANCH_PREFIX = "tagboat/";
export const TEMP_PREFIX = "tagboat-tmp/";
export const ONBOARDING_BRANCH = "tagboat/onboarding";

export interface TrackingBranch {
  readonly environment: string;
  readonly component: string;
  readonly hash: string;
}

/**
 * The branch of the one living proposal of an environment and component: `tagboat/<env>/<component>-<6 hex>`.
 * The hash keeps places apart whose names make the same slug, and proposals to another base.
 */
export function trackingBranch(place: {
  base: string;
  environment: string;
  component: string | null;
}): string {
  const key = JSON.stringify([place.base, place.environment, place.component]);
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 6);
  return renderTrackingBranch({
    environment: slug(place.environment),
    component: slug(place.component ?? "all"),
    hash,
  });
}

export function renderTrackingBranch(branch: TrackingBranch): string {
  return `${BRANCH_PREFIX}${branch.environment}/${branch.component}-${branch.hash}`;
}

/** The parts of a tracking branch's name; `null` for any other branch. */
export function parseTrackingBranch(name: string): TrackingBranch | null {
  const parts = /^tagboat\/([a-z0-9][a-z0-9.-]*)\/([a-z0-9][a-z0-9.-]*)-([0-9a-f]{6})$/.exec(name);
  if (parts === null) return null;
  const [, environment = "", component = "", hash = ""] = parts;
  return { environment, component, hash };
}

export interface PinnedBranch extends TrackingBranch {
  readonly version: string;
}

/**
 * The branch of a proposal that is pinned to one release: `tagboat/<env>/<component>--<version>-<8 hex>`. The same content asked
 * for again has the same branch.
 * @param content what it is to hold, in a fixed order: makes the hash.
 */
export function pinnedBranch(
  place: PinnedPlace & { base: string },
  version: string,
  content: unknown,
): string {
  const { components = [] } = place;
  const what = components.length === 0 ? place.component : components;
  const key = JSON.stringify([place.base, place.environment, what, content]);
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 8);
  return renderPinnedBranch({
    environment: slug(place.environment),
    component: components.length === 0 ? flat(place.component) : flatAll(components),
    version: slug(version)
      .replace(/-{2,}/g, "-")
      .slice(0, 40)
      .replace(/[.-]+$/, ""),
    hash,
  });
}

/** A component, or several that go together. */
interface PinnedPlace {
  readonly environment: string;
  readonly component: string | null;
  readonly components?: readonly string[];
}

/**
 * Where the branches of pinned proposals are that have something in common with this one: a folder and a word in their names.
 * Others may have it too.
 */
export function pinnedFamily({ component, components = [], environment }: PinnedPlace): {
  readonly folder: string;
  readonly word: string;
} {
  const folder = `${BRANCH_PREFIX}${slug(environment)}/`;
  if (components.length > 0) return { folder, word: "--" };
  // Together with others it stands in the middle of a name.
  return { folder, word: component === null ? `${flat(null)}--` : flat(component) };
}

export function renderPinnedBranch({
  environment,
  component,
  version,
  hash,
}: PinnedBranch): string {
  return `${BRANCH_PREFIX}${environment}/${component}--${version}-${hash}`;
}

/** The parts of a pinned branch's name; `null` for any other branch. */
export function parsePinnedBranch(name: string): PinnedBranch | null {
  const parts =
    /^tagboat\/([a-z0-9][a-z0-9.-]*)\/([a-z0-9](?:[a-z0-9.]|-(?!-))*)--([a-z0-9][a-z0-9.-]*)-([0-9a-f]{8})$/.exec(
      name,
    );
  if (parts === null) return null;
  const [, environment = "", component = "", version = "", hash = ""] = parts;
  return { environment, component, version, hash };
}

/** A component's part of a pinned branch: two dashes end it, so it has none of them itself. */
function flat(component: string | null): string {
  return slug(component ?? "all").replace(/-{2,}/g, "-");
}

/** Several components in a row, as far as a name of a branch can be long. */
function flatAll(components: readonly string[]): string {
  return components
    .map((one) => flat(one))
    .join(".")
    .slice(0, 150)
    .replace(/[.-]+$/, "");
}

/** Lower case letters, digits, dots and dashes that git takes as part of a ref name (git check-ref-format). */
function slug(text: string): string {
  const made = text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 60)
    .replace(/[.-]+$/, "")
    .replace(/\.lock$/, "-lock");
  return made === "" ? "x" : made;
}
