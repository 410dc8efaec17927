import type { ImageEvent } from "../src/model/event.ts";
import { isAttachmentTag, isDigest, isTag, parseImageName } from "../src/model/image.ts";
import type { HookSource } from "../src/normalise/normaliser.ts";
import type { SourceOptions } from "../src/normalise/source-options.ts";

/** A delivery that was taken, as far as what it may mean depends on it. */
export interface Taken {
  readonly source: HookSource;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly own: SourceOptions;
}

/** What is wrong with the events of a delivery, by rules that are written down here a second time; `null`: nothing. */
export function wrongEvents(taken: Taken, events: readonly ImageEvent[]): string | null {
  if (events.length > 0) {
    const forbidden = forbiddenBy(taken);
    if (forbidden !== null) return `events although ${forbidden}`;
  }
  for (const event of events) {
    const wrong = wrongEvent(event) ?? notTold(event, taken);
    if (wrong !== null) return `${wrong}: ${JSON.stringify(event)}`;
  }
  return null;
}

function wrongEvent({ at, digest, image, kind, provenance, tag }: ImageEvent): string | null {
  if (parseImageName(image) !== image) return "an image that is none";
  if (tag === null && kind === "image-published") return "a push without a tag";
  if (tag !== null && (!isTag(tag) || isAttachmentTag(tag))) return "a tag that is none";
  if (digest !== null && !isDigest(digest)) return "a digest that is none";
  if (at !== null && !(Date.parse(at) >= Date.UTC(2000, 0))) return "a time that is none";
  const words = Object.values(provenance);
  const isClean = words.every((word) => word.length <= 256 && !/[\p{Cc}\p{Cs}]/u.test(word));
  return isClean ? null : "provenance that is no word";
}

/** Nothing of an event may come from nowhere: its parts stand in the body, or in the operator's settings. */
function notTold({ digest, image, tag }: ImageEvent, { body, own }: Taken): string | null {
  const told = `${textOf(body)} ${JSON.stringify(own)}`.toLowerCase();
  const name = image.slice(image.lastIndexOf("/") + 1);
  if (!told.includes(name)) return "an image that nobody named";
  if (tag !== null && !told.includes(tag.toLowerCase())) return "a tag that nobody named";
  const hex = digest?.slice("sha256:".length);
  return hex === undefined || told.includes(hex) ? null : "a digest that nobody named";
}

/** The strings of the body, those inside of strings (SNS, Pub/Sub, package URLs) too. */
function textOf(body: string): string {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") {
      found.push(value, Buffer.from(value, "base64").toString("utf8"), decoded(value));
      walkJson(value);
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  const walkJson = (text: string): void => {
    const value = text.startsWith("{") || text.startsWith("[") ? parsed(text) : undefined;
    if (value !== undefined) walk(value);
  };
  walkJson(body.trimStart());
  return found.join(" ");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch {
    return "";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Look = (body: Looked, taken: Taken) => string | null;

/** A body as one walks into it without knowing what it is. */
class Looked {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  at(...path: readonly string[]): Looked {
    let value = this.value;
    for (const name of path) {
      const isNode = typeof value === "object" && value !== null && Object.hasOwn(value, name);
      value = isNode ? (value as Record<string, unknown>)[name] : undefined;
    }
    return new Looked(value);
  }

  is(...among: readonly unknown[]): boolean {
    return among.includes(this.value);
  }
}

const nothing: Look = () => "its events are not used";

function only(path: readonly string[], ...among: readonly unknown[]): Look {
  return (body) =>
    body.at(...path).is(...among) ? null : `${path.join(".")} is ${body.at(...path).value}`;
}

/** What each source must say at least, for anything of it to be an event. */
const LOOKS: Partial<Record<HookSource, readonly Look[]>> = {
  acr: [only(["action"], "push")],
  argocd: [nothing],
  artifactory: [
    only(["domain"], "docker"),
    only(["event_type"], "pushed"),
    only(["data", "image_type"], "docker", "oci", null, undefined),
  ],
  distribution: [somePush],
  "gitlab-registry": [somePush],
  ecr: [only(["detail", "action-type"], "PUSH"), only(["detail", "result"], "SUCCESS")],
  "ecr-sns": [only(["Type"], "Notification")],
  gitea: [only(["action"], "created"), only(["package", "type"], "container")],
  "github-deployment-status": [nothing],
  "github-issue-comment": [nothing],
  "github-ping": [nothing],
  "github-pull-request-review": [nothing],
  "github-package": [only(["action"], "published", "updated")],
  "github-registry-package": [only(["action"], "published", "updated")],
  "github-workflow-run": [
    only(["action"], "completed"),
    only(["workflow_run", "conclusion"], "success"),
  ],
  gitlab: [nothing],
  nexus: [only(["action"], "CREATED", "UPDATED"), only(["component", "format"], "docker")],
  quay: [(body) => (Array.isArray(body.at("updated_tags").value) ? null : "no tags were updated")],
  rhacs: [nothing],
  zot: [
    (body, { headers }) => {
      const type = headers["ce-type"] ?? body.at("type").value;
      return typeof type === "string" && type.endsWith(".image.updated")
        ? null
        : `the type is ${type}`;
    },
  ],
  harbor: [
    (body) =>
      body.at("type").is("PUSH_ARTIFACT", "pushImage", "harbor.artifact.pushed")
        ? null
        : `the type is ${body.at("type").value}`,
  ],
};

function somePush(body: Looked): string | null {
  const events = body.at("events").value;
  const isPush = (one: unknown) => new Looked(one).at("action").is("push");
  return Array.isArray(events) && events.some(isPush) ? null : "nothing was pushed";
}

function forbiddenBy(taken: Taken): string | null {
  const body = new Looked(parsed(taken.body));
  for (const look of LOOKS[taken.source] ?? []) {
    const forbidden = look(body, taken);
    if (forbidden !== null) return forbidden;
  }
  return null;
}
