import { existsSync, readFileSync } from "node:fs";
import { NEEDS, type ServedOperation } from "./needs.ts";

export interface DescribedParameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
}

export interface DescribedOperation {
  readonly operationId: ServedOperation;
  readonly parameters: readonly (DescribedParameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly required: boolean; readonly content: object };
  readonly responses: Readonly<
    Record<string, { readonly content?: object } | { readonly $ref: string }>
  >;
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

/** Beside the sources, also when this file runs from the build folder. */
const PLACES = ["../schemas/openapi.json", "../../../sandbox/schemas/openapi.json"];

/** GitHub's REST description, pruned to what is served (`npm run schemas` writes it). */
export function readDescription(): Description {
  const place = PLACES.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (place === undefined) throw new Error("sandbox/schemas/openapi.json is missing");
  return JSON.parse(readFileSync(place, "utf8"));
}

export interface Route {
  readonly id: ServedOperation;
  /** `GET`. */
  readonly method: string;
  /** `/repos/{owner}/{repo}`. */
  readonly path: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Parameters that hold slashes. */
const DEEP = new Set(["path", "ref", "branch", "basehead", "tree_sha"]);

function patternOf(path: string): { pattern: RegExp; names: string[] } {
  const names: string[] = [];
  const source = path
    .split("/")
    .map((segment) => {
      const name = /^\{(.+)\}$/.exec(segment)?.[1];
      if (name === undefined) return segment.replaceAll(".", "\\.");
      names.push(name);
      return DEEP.has(name) ? "(.+)" : "([^/]+)";
    })
    .join("/");
  return { pattern: new RegExp(`^${source}$`), names };
}

function literals(path: string): number {
  return path.split("/").filter((segment) => !segment.startsWith("{")).length;
}

/** Routes, the most literal first: `/commits/{ref}/status` is asked before `/commits/{ref}`. */
export function routesOf(description: Description): readonly Route[] {
  const routes = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => operation.operationId in NEEDS)
      .map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        ...patternOf(path),
      })),
  );
  return routes.sort((a, b) => literals(b.path) - literals(a.path));
}

/** The route of a request and its decoded path parameters. HEAD is answered as GET. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  pathname: string,
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } | null {
  const wanted = method === "HEAD" ? "GET" : method;
  for (const route of routes) {
    const found = route.method === wanted ? route.pattern.exec(pathname) : null;
    if (found === null) continue;
    const values = route.names.map((name, i) => [name, decode(found[i + 1] ?? "")] as const);
    return { route, params: Object.fromEntries(values) };
  }
  return null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
