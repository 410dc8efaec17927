import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { AppProcess } from "../../../sandbox/demo/app-process.ts";
import { reservePort } from "../../../sandbox/demo/free-port.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "app-process-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const LISTENS = 'console.log(JSON.stringify({ msg: "Tagboat listens" }));';

async function start(name: string, text: string): Promise<AppProcess> {
  const program = join(folder, `${name}.mjs`);
  await writeFile(program, text);
  const logFile = join(folder, `${name}.log`);
  return AppProcess.start({ program, folder, environment: { GREETING: "hello" }, logFile });
}

test("an app is started with its variables alone, read, and stopped", async () => {
  const app = await start(
    "good",
    `${LISTENS}
     console.log(JSON.stringify({ names: Object.keys(process.env).sort() }));
     process.on("SIGTERM", () => { console.log("not JSON"); process.exit(0); });
     setInterval(() => {}, 1000);`,
  );
  const { names } = await app.line(0, (line) => "names" in line, 5000);
  expect(names).toEqual(["GREETING", "PATH"]);
  const since = app.count;
  await expect(app.line(since, () => true, 50)).rejects.toThrow("nothing of the kind");
  expect(await app.stop()).toBe(0);
  expect(await app.stop()).toBe(0);
  expect(app.tail(1)).toBe('{"msg":"not JSON"}');
  const log = await readFile(join(folder, "good.log"), "utf8");
  expect(log.split("\n").filter(Boolean)).toHaveLength(3);
});

test("an app that ends before it listens is told with its last words", async () => {
  const refusing = 'process.stderr.write("tagboat: APP_ID: set it\\n"); process.exitCode = 78;';
  await expect(start("refusing", refusing)).rejects.toThrow("tagboat: APP_ID: set it");
});

test("a port is kept until it is released", async () => {
  const first = await reservePort(0);
  const second = await reservePort(first.port);
  expect(second.port).not.toBe(first.port);
  await first.release();
  const third = await reservePort(first.port);
  expect(third.port).toBe(first.port);
  await Promise.all([second.release(), third.release(), third.release()]);
});
