import type { Outcome } from "../model/outcome.ts";
import { mayBePlain } from "./plain-hosts.ts";
import { list, type Reader, value } from "./reader.ts";

/** The operator's own webhook. */
export interface NotifyEnv {
  /** Never to be shown: chats put their token into it. */
  readonly url: string;
  readonly secret: string;
  readonly kinds: readonly Outcome["kind"][];
}

const KINDS: readonly Outcome["kind"][] = [
  "proposed",
  "committed",
  "closed",
  "skipped",
  "refused",
  "failed",
];
// Most of what arrives is skipped, and rightly.
const USUAL = KINDS.filter((kind) => kind !== "skipped");

/** TAGBOAT_NOTIFY_URL, TAGBOAT_NOTIFY_SECRET, TAGBOAT_NOTIFY_ON. `null`: nobody is told. */
export function readNotify(reader: Reader, plainHosts: readonly string[]): NotifyEnv | null {
  const url = readUrl(reader, plainHosts);
  const secret = value(reader, "TAGBOAT_NOTIFY_SECRET") ?? "";
  const kinds = readKinds(reader);
  if (url === null) return null;
  if (secret.length < 16) {
    reader.problems.push(
      "TAGBOAT_NOTIFY_SECRET: set it to at least 16 random characters; notices are signed with it",
    );
  }
  return { url, secret, kinds };
}

function readUrl(reader: Reader, plainHosts: readonly string[]): string | null {
  const text = value(reader, "TAGBOAT_NOTIFY_URL");
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  // fetch refuses URLs with credentials.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== "") {
    reader.problems.push("TAGBOAT_NOTIFY_URL: write the https URL of a webhook");
  } else if (url.protocol === "http:" && !mayBePlain(url.host, plainHosts)) {
    reader.problems.push(
      "TAGBOAT_NOTIFY_URL: http would send notices in the clear; use https, or list the host in TAGBOAT_PLAIN_HTTP",
    );
  }
  return text;
}

function readKinds(reader: Reader): readonly Outcome["kind"][] {
  const names = list(reader, "TAGBOAT_NOTIFY_ON");
  if (names.length === 0) return USUAL;
  const kinds = KINDS.filter((kind) => names.includes(kind));
  if (kinds.length !== new Set(names).size) {
    reader.problems.push(`TAGBOAT_NOTIFY_ON: write some of ${KINDS.join(", ")}`);
  }
  return kinds;
}
