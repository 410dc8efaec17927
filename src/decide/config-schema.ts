import { z } from "zod";

/**
 * The shape of `.github/tagboat.yml`. What one value means for another is checked in `config-meaning.ts`.
 * Only absence is filled in, so that the JSON Schema of its input is what people write.
 */

export const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: "Write one text, or a list of texts with at least one in it.",
});
export const texts = z.array(z.string().min(1));
export const duration = z
  .string()
  .regex(/^(\d{1,6}[smhd])+$/, "Write a length of time like 30m, 1h, 65h or 2d.");
const regexp = z.string().min(1, "Write a regular expression.");

/** Absent is `null` in the model. */
function orNull<T>(schema: z.ZodType<T, T>) {
  return schema.optional().transform((value) => value ?? null);
}

const tags = z.strictObject({
  match: orNull(regexp).describe("Regular expression that a tag must match."),
  order: z.enum(["build-time", "semver", "numeric", "alphabetical"]).default("build-time"),
  range: orNull(z.string().min(1)).describe("Range of versions, with order: semver only."),
  extract: orNull(regexp).describe("Regular expression with one group: the part to compare."),
  ignore: oneOrMore.optional().describe("Regular expressions: what fits one is never taken."),
  prerelease: orNull(z.boolean()).describe("Whether pre-releases are taken, with order: semver."),
  platforms: texts.default([]).describe("Platforms that an image must be built for, all of them."),
  age: duration.optional().describe("How old a version is at least before it is proposed."),
  repushed: z.enum(["follow", "refuse"]).default("follow").describe("A tag with other content."),
});

const labels = z.strictObject({
  revision: oneOrMore.optional().describe("Label with the commit of the source repo."),
  source: oneOrMore.optional().describe("Label with the source repo: owner/name or a URL."),
  run: oneOrMore.optional().describe("Label with the name of the pipeline run."),
  runUrl: oneOrMore.optional().describe("Label with the address of the pipeline run."),
});

const image = z.strictObject({
  name: z.string().min(1).describe("An image, or a pattern with *."),
  aliases: texts.default([]).describe("The same image by other names."),
  tags: tags.prefault({}),
  tag: orNull(z.string().min(1)).describe("Template of the tag for pipeline events."),
  pin: z.enum(["as-is", "tag", "digest", "tag+digest"]).default("as-is"),
  source: orNull(z.string().min(1)).describe("Repo it is built from: owner/name."),
  labels: labels.prefault({}).describe("Labels of yours that tell where the image came from."),
  refs: z.boolean().default(false).describe("Move ?ref= of resources from source with it."),
  verify: z.enum(["registry", "none"]).default("registry"),
  reread: z.boolean().default(true).describe("Look for versions that no webhook told of."),
});

const team = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,99}$/,
    "Write the slug of a team of the repo's owner, as its page's address has it: `ops`.",
  );
export const teams = z.array(team).default([]);

export const approvals = z.strictObject({
  count: z.int().min(0).max(10).optional(),
  teams: teams.describe("Approvals count from people of these teams; from anyone with write."),
  requester: z.boolean().default(false).describe("Whether who asked may approve as well."),
});
const allow = z.strictObject({
  teams: teams.describe("Who may command here; anyone with write."),
  skip: teams.describe("Who may skip a step of the ladder; maintainers of the repo always may."),
});
export const require = z.strictObject({
  checks: texts.default([]),
  health: orNull(z.literal("argocd")),
});
export const freeze = z.strictObject({
  cron: z.string().min(1).describe("When it begins: minute hour day month weekday."),
  for: duration.describe("How long it lasts."),
  tz: z.string().min(1).default("UTC"),
  except: texts.default([]).describe("Components that it does not hold."),
  override: orNull(
    z.strictObject({ teams: z.array(team).min(1, "Name at least one team.") }),
  ).describe("Who may open it for one pull request, with a reason."),
});
const proposal = z.strictObject({
  labels: texts.default([]),
  reviewers: texts.default([]),
  title: orNull(z.string().min(1)),
  body: orNull(z.string().min(1)),
  commit: orNull(z.string().min(1)),
  draft: z.boolean().default(false),
});

const environment = z.strictObject({
  name: z.string().min(1),
  path: oneOrMore.describe("Folders, globs, captures like components/{component}/staging."),
  branch: orNull(z.string().min(1)).describe("Base branch; the default branch if absent."),
  after: oneOrMore.optional().describe("The environment that comes before this one."),
  on: z.enum(["push", "merge", "promotion"]).default("promotion"),
  delivery: z.enum(["pull-request", "commit"]).default("pull-request"),
  merge: z.enum(["auto", "approved", "manual"]).default("manual"),
  image: z.record(z.string(), z.string().min(1)).default({}),
  add: z.boolean().default(false),
  approvals: approvals.optional(),
  allow: allow.prefault({}),
  soak: duration.optional().describe("How long a release runs in the environment before."),
  age: duration.optional().describe("How old an image is at least, since it was built."),
  require: require.optional(),
  freeze: z.array(freeze).default([]),
  proposal: proposal.prefault({}),
});

/** The whole file. Nothing in it is transformed, so that its JSON Schema is what people write. */
export const configSchema = z.strictObject({
  version: z.literal(1),
  images: z.array(image).min(1, "List at least one image: what matches no rule is not tracked."),
  environments: z.array(environment).min(1, "List at least one environment."),
  mode: z.enum(["act", "observe"]).default("act"),
  _extends: z.string().min(1).optional(),
});

export type WrittenConfig = z.infer<typeof configSchema>;
export type WrittenImage = z.infer<typeof image>;
export type WrittenEnvironment = z.infer<typeof environment>;
export type WrittenFreeze = z.infer<typeof freeze>;

const keys: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(configSchema.shape),
  images: Object.keys(image.shape),
  "images.tags": Object.keys(tags.shape),
  "images.labels": Object.keys(labels.shape),
  environments: Object.keys(environment.shape),
  "environments.approvals": Object.keys(approvals.shape),
  "environments.allow": Object.keys(allow.shape),
  "environments.require": Object.keys(require.shape),
  "environments.freeze": Object.keys(freeze.shape),
  "environments.freeze.override": ["teams"],
  "environments.proposal": Object.keys(proposal.shape),
};

/** The keys that may stand at a path of the config. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  return keys[path.filter((part) => typeof part === "string").join(".")] ?? [];
}
