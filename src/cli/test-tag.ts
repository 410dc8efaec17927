import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { parseConfig } from "../decide/config.ts";
import { renderDuration } from "../decide/duration.ts";
import { trackedImage } from "../decide/image-pattern.ts";
import { indexRepo } from "../decide/repo-index.ts";
import { type TagTrial, type TriedTag, tryTags } from "../decide/tag-trial.ts";
import { CONFIG_PATH, type Config, type ImageRule } from "../model/config.ts";
import type { FileState } from "../model/forge.ts";
import { type ImageName, isTag, parseImageName } from "../model/image.ts";
import { visible } from "../model/outside-text.ts";
import { type Checkout, readCheckout } from "./checkout.ts";
import { type Command, EXIT_USAGE, type Terminal } from "./command.ts";
import { wrap } from "./terminal-text.ts";

const HELP = `Usage: tagboat test-tag <image> <tag>[=<time>]... [options]

Tells which of these tags would be proposed if they were pushed, by the config and the overlays of
the checkout that it stands in, and why the others would not. Nothing is asked or written: digests,
platforms and ages, which a registry tells, are left out.

  <time>          when the image was built, as 2026-11-22T08:00:00Z: for \`order: build-time\`.
                  That of the tag in the overlay may be named as well
  --config FILE   the config; default: ${CONFIG_PATH}
  --env ENV       this environment alone
  --present TAG   as if this tag stood in each environment, whatever the overlays hold
  --json          as JSON

Exit codes: 0 a tag is taken, or may be; 1 none is; 2 wrong usage, or no config that can be used.
`;

interface Wanted {
  readonly image: ImageName;
  readonly tags: readonly TriedTag[];
  readonly config: string;
  readonly env: string | null;
  readonly present: string | null;
  readonly json: boolean;
}

/** `tagboat test-tag`: what would become of tags. */
export const testTag: Command = {
  summary: "tell which tags of an image would be taken, and why",
  help: HELP,
  run,
};

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const wanted = readWanted(args);
  if (typeof wanted === "string") {
    terminal.err(`tagboat test-tag: ${wanted}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  const config = readConfig(wanted);
  if (typeof config === "string") {
    terminal.err(`tagboat test-tag: ${config}\n`);
    return EXIT_USAGE;
  }
  const rule = trackedImage(config, wanted.image)?.rule;
  if (rule === undefined) {
    terminal.err(`tagboat test-tag: no rule of ${wanted.config} fits ${wanted.image}\n`);
    return 1;
  }
  const trial = tryAll(wanted, config, await checkoutOf(wanted, config));
  if (wanted.json)
    terminal.out(`${JSON.stringify({ image: wanted.image, rule, ...trial }, null, 2)}\n`);
  else terminal.out(`${linesOf(wanted, rule, trial).join("\n")}\n`);
  const results = trial.places.flatMap(({ tags }) => tags.map(({ result }) => result));
  return results.some((result) => result === "taken" || result === "maybe") ? 0 : 1;
}

function readWanted(args: readonly string[]): Wanted | string {
  const parsed = parsedArgs(args);
  if (typeof parsed === "string") return parsed;
  const [name, ...tags] = parsed.positionals;
  if (name === undefined || tags.length === 0) return "name an image and its tags";
  const image = parseImageName(name);
  if (image === null) return `this is no image: ${visible(name)}`;
  const { config = CONFIG_PATH, env, json = false, present } = parsed.values;
  const tried = tags.map(readTag);
  const fault = tried.find((one) => typeof one === "string");
  if (typeof fault === "string") return fault;
  if (present !== undefined && !isTag(present)) return `this is no tag: ${visible(present)}`;
  return {
    image,
    tags: tried.filter((one) => typeof one !== "string"),
    config,
    env: env ?? null,
    present: present ?? null,
    json,
  };
}

function parsedArgs(args: readonly string[]) {
  try {
    const options = {
      config: { type: "string" },
      env: { type: "string" },
      present: { type: "string" },
      json: { type: "boolean" },
    } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readTag(text: string): TriedTag | string {
  const at = text.indexOf("=");
  const tag = at < 0 ? text : text.slice(0, at);
  if (!isTag(tag)) return `this is no tag: ${visible(tag)}`;
  if (at < 0) return { tag, built: null };
  const time = Date.parse(text.slice(at + 1));
  if (Number.isNaN(time))
    return `this is no time like 2026-11-22T08:00:00Z: ${visible(text.slice(at + 1))}`;
  return { tag, built: new Date(time).toISOString() };
}

function readConfig({ config: file, env }: Wanted): Config | string {
  const text = readText(file);
  if (text === null) return `${file} cannot be read`;
  const { config } = parseConfig(text);
  if (config === null) return `${file} cannot be used: \`tagboat check-config ${file}\` tells why`;
  if (env === null) return config;
  const environments = config.environments.filter(({ name }) => name === env);
  if (environments.length > 0) return { ...config, environments };
  const known = config.environments.map(({ name }) => name).join(", ");
  return `${file} has no environment ${visible(env)}: it has ${known}`;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** The folder that `.github/tagboat.yml` lies in, or overlays made up to hold the tag that was named. */
async function checkoutOf(wanted: Wanted, config: Config): Promise<Checkout> {
  const { config: file, image, present } = wanted;
  if (present !== null) return madeUp(config, image, present);
  return readCheckout(file.endsWith(CONFIG_PATH) ? dirname(dirname(file)) : ".");
}

function madeUp(config: Config, image: ImageName, tag: string): Checkout {
  const text = `images:\n- name: ${image}\n  newTag: "${tag}"\n`;
  const files = config.environments.map(({ path: [pattern = ""] }): FileState => {
    const folder = pattern.replace(/\{\w+\}/g, "any").replace(/\*+/g, "any");
    const path = folder === "" ? "kustomization.yaml" : `${folder}/kustomization.yaml`;
    return { kind: "text", path, oid: "", mode: "100644", text };
  });
  return { paths: files.map(({ path }) => ({ path, mode: "100644", oid: "" })), files };
}

/** The checkout has one branch: each environment is looked for on it. */
function tryAll({ image, tags }: Wanted, given: Config, checkout: Checkout): TagTrial {
  const environments = given.environments.map((one) => ({ ...one, branch: null }));
  const config = { ...given, environments };
  const index = indexRepo(config, [{ branch: "HEAD", isDefault: true, ...checkout }]);
  const files = new Map(checkout.files.map((file) => [file.path, file]));
  return tryTags(config, index, files, image, tags);
}

function linesOf({ image }: Wanted, rule: ImageRule, { outcomes, places }: TagTrial): string[] {
  const { age, match, order, platforms, range } = rule.tags;
  const policy = [
    `order ${order}`,
    range === null ? "" : `range ${range}`,
    match === null ? "the shape of the tag that stands there" : `match ${match}`,
    platforms.length === 0 ? "" : `for ${platforms.join(" and ")} (not looked at here)`,
    age === 0 ? "" : `${renderDuration(age)} old (not looked at here)`,
  ];
  const head = `${image}: rule ${rule.name}, ${policy.filter((part) => part !== "").join(", ")}`;
  const blocks = places.map((place) => {
    const of = place.component === null ? "" : ` ${place.component}`;
    const present = place.present.map(({ file, version }) => `${file} holds ${version ?? "none"}`);
    const lines = place.tags.flatMap(({ detail, reason, result, tag }) => {
      const word = result === "taken" || result === "maybe" ? result : `${result}, ${reason}`;
      return wrap(`${tag}: ${word}: ${visible(detail, 400)}`, "  ");
    });
    return [...wrap(`${place.environment}${of}: ${present.join(", ")}`, ""), ...lines];
  });
  const others = outcomes.flatMap((outcome) => {
    if (outcome.kind !== "skipped" && outcome.kind !== "refused") return [];
    const where = outcome.place?.environment ?? "";
    return wrap(
      `${where}: ${outcome.kind}, ${outcome.reason}: ${visible(outcome.detail, 400)}`,
      "",
    );
  });
  return [...wrap(head, ""), "", ...blocks.flatMap((block) => [...block, ""]), ...others].filter(
    (line, at, all) => line !== "" || at < all.length - 1,
  );
}
