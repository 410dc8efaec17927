import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  type Scalar,
  visit,
} from "yaml";
import { nestsTooDeep } from "../model/nesting.ts";
import type { BuildError } from "../model/render.ts";

/** What a path of a kustomization file may lead to. */
export type ReachKind =
  /** A file, or a folder with a kustomization file of its own; fetched from elsewhere where it is neither. */
  | "root"
  /** The same, and a file is the settings of a transformer or generator, with paths of its own. */
  | "plugin"
  | "file"
  /** A folder with all below it. */
  | "folder";

export interface ReachedPath {
  readonly kind: ReachKind;
  /** As written, relative to the folder of the kustomization file. */
  readonly path: string;
  /** First line is 1. */
  readonly line: number;
}

/** What a build reads besides the kustomization file itself. */
export interface Reach {
  readonly paths: readonly ReachedPath[];
  /** Places outside the repo that a build would fetch from. */
  readonly remotes: readonly string[];
  readonly helm: boolean;
  /** `kind: Component`: built with what includes it, never alone. */
  readonly component: boolean;
  /** Why the file is not handed to kustomize. */
  readonly fault: BuildError | null;
}

// kustomize v5 api/types/kustomization.go; its reader does not mind the case of keys.
const LISTS: Readonly<Record<string, ReachKind>> = {
  resources: "root",
  bases: "root",
  components: "root",
  generators: "plugin",
  transformers: "plugin",
  validators: "plugin",
  crds: "file",
  configurations: "file",
  patchesstrategicmerge: "file",
};
/** Fields of maps below any other field that name files. */
const NAMED: Readonly<Record<string, ReachKind>> = {
  path: "file",
  paths: "file",
  files: "file",
  envs: "file",
  env: "file",
  valuesfile: "file",
  additionalvaluesfiles: "file",
  charthome: "folder",
};
/** Fields whose values are names and words, never places. */
const WORDS = new Set([
  "apiversion",
  "kind",
  "metadata",
  "buildmetadata",
  "commonannotations",
  "commonlabels",
  "labels",
  "generatoroptions",
  "images",
  "nameprefix",
  "namespace",
  "namesuffix",
  "replicas",
  "sortoptions",
  "vars",
]);
const PLAIN_TAGS = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq|merge)$/;
// `https://…`, `git::…`, `git@host:…`; kustomize loads any path that begins with http:// or https:// from there.
const REMOTE = /^\s*([a-z][a-z0-9+.-]*:\/\/|git::|file:|[\w.-]+@[\w.-]+[:/])/i;

/** Whether a path is one that kustomize looks for outside the repo. */
export function isRemote(path: string): boolean {
  return REMOTE.test(path);
}

/** Whether a path that does not exist in the repo reads as one of another host: `github.com/acme/base?ref=v1`. */
export function looksRemote(path: string): boolean {
  return isRemote(path) || /[?&](ref|version)=/.test(path) || /^[\w-]+(\.[\w-]+)+\/.+\//.test(path);
}

interface Survey {
  readonly paths: ReachedPath[];
  readonly remotes: Set<string>;
  helm: boolean;
  component: boolean;
  fault: BuildError | null;
  /** Collections that were looked through: aliases lead to them again and again. */
  readonly visited: Set<unknown>;
}

/** Reads what a kustomization file reaches. Never throws: what cannot be read surely is a `fault`. */
export function reachOf(text: string): Reach {
  const survey = newSurvey();
  readDocuments(survey, text, (place) => {
    const root = place.document.contents;
    if (!isMap(root)) return;
    for (const pair of root.items) readField(survey, place, pair);
  });
  return finished(survey);
}

/** Reads what the settings of a transformer, generator or validator reach. */
export function reachOfPlugin(text: string): Reach {
  const survey = newSurvey();
  readPlugin(survey, text);
  return finished(survey);
}

function newSurvey(): Survey {
  return {
    paths: [],
    remotes: new Set(),
    helm: false,
    component: false,
    fault: null,
    visited: new Set(),
  };
}

function finished({ paths, remotes, helm, component, fault }: Survey): Reach {
  return { paths, remotes: [...remotes], helm, component, fault };
}

/** Where a node stands. */
interface Place {
  readonly document: Document;
  readonly lines: LineCounter;
  /** With aliases a field of words may lend its value to one of places. */
  readonly aliases: boolean;
}

// All documents are read, though kustomize takes the first: what it never sees can do no harm, what we do not see could.
function readDocuments(survey: Survey, text: string, read: (place: Place) => void): void {
  const lines = new LineCounter();
  try {
    if (nestsTooDeep(text)) throw new Error("nested too deeply");
    const documents = parseAllDocuments(text, {
      version: "1.1",
      schema: "failsafe",
      lineCounter: lines,
      prettyErrors: false,
      logLevel: "silent",
      uniqueKeys: false,
    });
    for (const document of documents) {
      const [error] = document.errors;
      if (error === undefined) read({ document, lines, aliases: hasAlias(document) });
      else fail(survey, `YAML: ${error.message}`, lines.linePos(error.pos[0]).line);
    }
  } catch {
    // Nested deeper than the parser's stack.
    fail(survey, "YAML: nested too deeply", 1);
  }
}

function hasAlias(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function fail(survey: Survey, message: string, line: number): void {
  survey.fault ??= { message, line: Math.max(1, line) };
}

function readField(survey: Survey, place: Place, pair: Pair): void {
  const key = keyOf(pair);
  const value = resolved(place, pair.value);
  if (key === "kind") survey.component ||= textOf(value) === "Component";
  if (key === "helmcharts" || key === "helmchartinflationgenerator") survey.helm = true;
  if (key === "helmcharts") addPath(survey, { kind: "folder", path: "charts", line: 1 });
  const kind = LISTS[key];
  if (kind !== undefined && isSeq(value)) {
    for (const item of value.items) readListed(survey, place, kind, resolved(place, item));
  } else if (kind === undefined && !WORDS.has(key)) {
    readNamed(survey, place, value);
  }
  if (place.aliases || !WORDS.has(key)) scan(survey, place, pair.value);
}

function readListed(survey: Survey, place: Place, kind: ReachKind, node: unknown): void {
  const text = textOf(node);
  if (text === null || !isScalar(node)) return;
  const inline = isInline(text) || (kind === "plugin" && text.trim().startsWith("{"));
  // Whole patches and settings may stand in place of a path.
  if (inline && kind === "plugin") readPlugin(survey, text);
  if (!inline) addPath(survey, { kind, path: text, line: lineOf(place, node) });
}

function readPlugin(survey: Survey, text: string): void {
  readDocuments(survey, text, (place) => {
    readNamed(survey, place, place.document.contents);
    scan(survey, place, place.document.contents);
    survey.helm ||= /HelmChartInflationGenerator/.test(text);
  });
}

/** Collects the paths under keys that name files, at any depth. */
function readNamed(survey: Survey, place: Place, node: unknown): void {
  const value = resolved(place, node);
  if ((!isMap(value) && !isSeq(value)) || survey.visited.has(value)) return;
  survey.visited.add(value);
  for (const item of value.items) {
    if (isPair(item)) readPair(survey, place, item);
    else readNamed(survey, place, item);
  }
}

function readPair(survey: Survey, place: Place, pair: Pair): void {
  const kind = NAMED[keyOf(pair)];
  const value = resolved(place, pair.value);
  readNamed(survey, place, value);
  if (kind === undefined) return;
  for (const named of isSeq(value) ? value.items : [value]) {
    const item = resolved(place, named);
    if (isScalar(item)) addNamed(survey, place, kind, item);
  }
}

/** `files:` of a generator may be `key=path`. */
function addNamed(survey: Survey, place: Place, kind: ReachKind, node: Scalar): void {
  const text = textOf(node) ?? "";
  const path = text.slice(text.indexOf("=") + 1);
  if (!isInline(text)) addPath(survey, { kind, path, line: lineOf(place, node) });
}

function addPath(survey: Survey, reached: ReachedPath): void {
  if (isRemote(reached.path)) survey.remotes.add(reached.path);
  else survey.paths.push(reached);
}

/** Notes every text that names a place elsewhere, whatever the field: an unknown way to fetch is none. */
function scan(survey: Survey, place: Place, node: unknown): void {
  if (isMap(node)) {
    for (const pair of node.items) {
      scan(survey, place, pair.key);
      scan(survey, place, pair.value);
    }
  }
  if (isSeq(node)) for (const item of node.items) scan(survey, place, item);
  if (isMap(node) || isSeq(node) || isScalar(node)) checkTag(survey, place, node);
  const text = textOf(resolved(place, node));
  if (text !== null && isRemote(text) && !isInline(text)) survey.remotes.add(text);
}

// `!!binary` would hide a place from the scan: kustomize decodes it.
function checkTag(survey: Survey, place: Place, node: { tag?: string; range?: unknown }): void {
  if (node.tag === undefined || PLAIN_TAGS.test(node.tag)) return;
  const line = isScalar(node) || isMap(node) || isSeq(node) ? lineOf(place, node) : 1;
  fail(survey, `YAML: the tag ${node.tag} has no place in a kustomization`, line);
}

function resolved({ document }: Place, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** Whole patches and settings have lines, a path has one. */
function isInline(text: string): boolean {
  return text.trim().includes("\n");
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value).toLowerCase() : "";
}

function textOf(node: unknown): string | null {
  return isScalar(node) && typeof node.value === "string" && node.value !== "" ? node.value : null;
}

function lineOf({ lines }: Place, node: { range?: readonly [number, number, number] | null }) {
  return lines.linePos(node.range?.[0] ?? 0).line;
}
