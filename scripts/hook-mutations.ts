import { pick, type Random } from "./edit-mutations.ts";

const DIGEST = `sha256:${"0f".repeat(32)}`;

/** Values that have surprised readers of JSON before, and values that other senders send. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1e308, 1e-7, 2 ** 53, 4294967296, "", " ", "\u0000", "\ud800"],
  ...["latest", "v1", "v1.2.3", "../../etc/passwd", "a\nb", "@everyone", "<!-- x -->", "\u202e"],
  ...[DIGEST, DIGEST.slice(0, 40), `sha256-${"0f".repeat(32)}`, `sha256-${"0f".repeat(32)}.sig`],
  ...["push", "pull", "delete", "PUSH", "DELETE", "CREATED", "DELETED", "INSERT", "created"],
  ...["published", "pushed", "PUSH_ARTIFACT", "PULL_ARTIFACT", "SUCCESS", "FAILURE", "ping"],
  ...["application/vnd.cncf.helm.config.v1+json", "application/octet-stream", "docker", "oci"],
  ...["quay.io/acme/app", "localhost:5000/a", "http://169.254.169.254/latest", "a".repeat(5000)],
  ...["https://sns.eu-west-1.amazonaws.com/x.pem", "https://sns.evil.example/x.pem", "[::1]:5000"],
  ...["UPPER/Case", "ünïcode/app", "a//b", "docker.io", "index.docker.io/x", "%2e%2e", "a:b:c"],
  ...[[], {}, [[]], [null], { length: 1 }, { constructor: 1 }, JSON.parse('{"__proto__":{"a":1}}')],
];

const TEXTS: readonly unknown[] = VALUES.filter((value) => typeof value === "string");

/** A copy of a JSON value with `count` changes: nodes replaced, removed, repeated, moved, or swapped for another sender's. */
export function mutateJson(random: Random, value: unknown, count: number, other: unknown): unknown {
  let changed: unknown = structuredClone(value);
  for (let done = 0; done < count; done += 1) changed = mutateOnce(random, changed, other);
  return changed;
}

function mutateOnce(random: Random, value: unknown, other: unknown, depth = 0): unknown {
  // Mostly far down: a body that is replaced whole is dropped at the first look.
  const here = depth === 0 ? 0.02 : 0.1;
  if (random() < here || !isNode(value)) return replaced(random, value, other);
  const keys = Object.keys(value);
  const key = keys.length === 0 ? null : pick(random, keys);
  if (key === null) return replaced(random, value, other);
  const copy = structuredClone(value) as Record<string, unknown>;
  if (random() < 0.85) {
    setOwn(copy, key, mutateOnce(random, copy[key], other, depth + 1));
    return copy;
  }
  return rearranged(random, copy, key);
}

function rearranged(random: Random, copy: Record<string, unknown>, key: string): unknown {
  const choice = Math.floor(random() * 4);
  if (Array.isArray(copy)) {
    if (choice === 0) copy.splice(Number(key), 1);
    else if (choice === 1) copy.push(structuredClone(copy[Number(key)]));
    else if (choice === 2) copy.reverse();
    else return copy[Number(key)];
    return copy;
  }
  if (choice === 0) delete copy[key];
  else if (choice === 1) setOwn(copy, key.toUpperCase(), copy[key]);
  else if (choice === 2) setOwn(copy, pick(random, Object.keys(copy)), copy[key]);
  else setOwn(copy, key, [copy[key]]);
  return copy;
}

/** A text that holds JSON, plain or in base64, is mutated inside: that is where SNS and Pub/Sub keep it. */
function replaced(random: Random, value: unknown, other: unknown): unknown {
  if (typeof value === "string" && random() < 0.6) {
    const inner = innerJson(value);
    if (inner !== null) return inner.back(JSON.stringify(mutateOnce(random, inner.value, other)));
    return random() < 0.4 ? mutateText(random, value) : pick(random, TEXTS);
  }
  return random() < 0.15 ? other : pick(random, VALUES);
}

function innerJson(text: string): { value: object; back(json: string): string } | null {
  const plain = objectOf(text);
  if (plain !== null) return { value: plain, back: (json) => json };
  const decoded = objectOf(Buffer.from(text, "base64").toString("utf8"));
  if (decoded === null) return null;
  return { value: decoded, back: (json) => Buffer.from(json).toString("base64") };
}

function objectOf(text: string): object | null {
  if (!text.startsWith("{")) return null;
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}

/** A text cut, doubled, or with a character changed. */
export function mutateText(random: Random, text: string): string {
  const at = Math.floor(random() * (text.length + 1));
  switch (Math.floor(random() * 4)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text;
    case 2:
      return (
        text.slice(0, at) + pick(random, [...'"{}[]:,@/\\\u0000é \n-._A']) + text.slice(at + 1)
      );
    default:
      return text.toUpperCase();
  }
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function setOwn(on: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(on, key, { value, enumerable: true, configurable: true, writable: true });
}
