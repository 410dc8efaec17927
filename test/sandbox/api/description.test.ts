import { expect, test } from "@jest/globals";
import { HANDLERS } from "../../../sandbox/api/handlers.ts";
import { NEEDS } from "../../../sandbox/api/needs.ts";
import { matchRoute, readDescription, routesOf } from "../../../sandbox/api/openapi.ts";

const description = readDescription();
const routes = routesOf(description);

test("describes the served operations, each with a need and a handler", () => {
  const needed = Object.keys(NEEDS).sort();
  expect(routes.map((route) => route.id).sort()).toEqual(needed);
  expect(Object.keys(HANDLERS).sort()).toEqual(needed);
});

test("keeps properties that are named like annotations, and no annotation", () => {
  expect(description.components.schemas?.label).toMatchObject({
    properties: { description: { type: ["string", "null"] }, default: { type: "boolean" } },
  });
  expect(description.components.schemas?.label).not.toHaveProperty("description");
  expect(JSON.stringify(description)).not.toContain('"nullable"');
});

test.each([
  [
    "GET",
    "/repos/o/r/commits/heads%2Fa%2Fb/status",
    "repos/get-combined-status-for-ref",
    "heads/a/b",
  ],
  ["GET", "/repos/o/r/commits/heads/a/b", "repos/get-commit", "heads/a/b"],
  ["HEAD", "/repos/o/r/git/ref/heads/x", "git/get-ref", "heads/x"],
])("%s %s is %s", (method, path, id, ref) => {
  const matched = matchRoute(routes, method, path);
  expect([matched?.route.id, matched?.params.ref]).toEqual([id, ref]);
});

test.each([
  ["GET", "/repos/o/r/git/nonsense"],
  ["DELETE", "/repos/o/r/pulls/1"],
  ["GET", "/repos/o"],
])("%s %s is no route", (method, path) => {
  expect(matchRoute(routes, method, path)).toBeNull();
});
