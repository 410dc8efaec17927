import { type HookGenerations, parseHookGenerations } from "../ingest/hook-generations.ts";
import { type Reader, value } from "./reader.ts";

/** The part that hook URLs are made from. */
export interface HookEnv {
  /** The operator's secret, and while it is rotated the previous one. */
  readonly secrets: readonly string[];
  readonly generations: HookGenerations;
  /** Where senders reach Tagboat, without a slash at the end; `null`: not said. */
  readonly publicUrl: string | null;
}

/** TAGBOAT_SECRET, TAGBOAT_SECRET_PREVIOUS, TAGBOAT_HOOK_GENERATIONS, TAGBOAT_URL. */
export function readHookSettings(reader: Reader): HookEnv {
  return {
    secrets: readSecrets(reader),
    generations: readGenerations(reader),
    publicUrl: readPublicUrl(reader),
  };
}

function readSecrets(reader: Reader): readonly string[] {
  const secret = value(reader, "TAGBOAT_SECRET") ?? "";
  const previous = value(reader, "TAGBOAT_SECRET_PREVIOUS");
  const advice = "at least 32 random characters, for example from `openssl rand -base64 33`";
  if (secret.length < 32) reader.problems.push(`TAGBOAT_SECRET: set it to ${advice}`);
  if (previous !== null && previous.length < 32) {
    reader.problems.push(
      "TAGBOAT_SECRET_PREVIOUS: is shorter than 32 characters; unset it or correct it",
    );
  }
  return previous === null ? [secret] : [secret, previous];
}

function readGenerations(reader: Reader): HookGenerations {
  const given = value(reader, "TAGBOAT_HOOK_GENERATIONS") ?? "";
  // A list always has an equals sign, a path of ours never needs one.
  const text = given === "" || given.includes("=") ? given : reader.files.read(given);
  if (text === null) {
    reader.problems.push("TAGBOAT_HOOK_GENERATIONS: the file cannot be read");
    return new Map();
  }
  const parsed = parseHookGenerations(text);
  if ("generations" in parsed) return parsed.generations;
  reader.problems.push(
    "TAGBOAT_HOOK_GENERATIONS: write <source>/<owner>=<number>, or <number>+<number> while a sender is changed over, with /repo:<name> or /image:<prefix> behind the owner for a narrower hook",
  );
  return new Map();
}

function readPublicUrl(reader: Reader): string | null {
  const text = value(reader, "TAGBOAT_URL");
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (!isPlain || url.search !== "" || url.hash !== "") {
    reader.problems.push(
      "TAGBOAT_URL: write where senders reach Tagboat, such as https://tagboat.example.com",
    );
    return null;
  }
  return text.replace(/\/+$/, "");
}
