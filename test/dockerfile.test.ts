import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

// The image cannot be built where the tests run: what can be read from the file is checked.
const lines = readFileSync("Dockerfile", "utf8").replaceAll("\\\n", " ").split("\n");
const lastFrom = lines.findLastIndex((line) => line.startsWith("FROM "));
const runtime = lines.slice(lastFrom);

test("the runtime stage builds nothing and holds production dependencies only", () => {
  expect(lines.filter((line) => line.startsWith("FROM ")).length).toBe(3);
  expect(runtime.some((line) => line.startsWith("RUN "))).toBe(false);
  expect(lines).toContain("RUN npm ci --omit=dev && npm cache clean --force");
  expect(runtime).toContain("COPY --from=dependencies /app/node_modules ./node_modules");
});

test("it runs as nobody special, reachable, and is asked for its health", () => {
  expect(runtime).toContain("USER node");
  expect(runtime.join("\n")).toMatch(/^ENV .*\bHOST=0\.0\.0\.0\b/m);
  expect(runtime.join("\n")).toMatch(/^HEALTHCHECK .*\/healthz/m);
  expect(runtime).toContain('CMD ["node", "dist/main.js"]');
});

test("no secret gets in: named files only, none added from elsewhere", () => {
  expect(lines.some((line) => /^ADD\b|^COPY \.|^ARG\b/.test(line))).toBe(false);
  expect(lines.some((line) => /^COPY .*\.(env|pem)/.test(line))).toBe(false);
  const ignored = readFileSync(".dockerignore", "utf8").split("\n");
  expect(ignored.find((line) => line !== "" && !line.startsWith("#"))).toBe("*");
  expect(ignored).toEqual(expect.arrayContaining(["**/.env*", "**/*.pem"]));
});
