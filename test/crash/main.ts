import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reservePort } from "../../sandbox/demo/free-port.ts";
import { Dice } from "./dice.ts";
import { openGround } from "./ground.ts";
import { phases } from "./kill-switch.ts";
import { embedded, server } from "./stores.ts";
import { Voyage } from "./voyage.ts";

/**
 * `npm run crash -- --store pglite|postgresql --cycles N [--seed S]`: kills the app at random moments of everything it does,
 * starts it again, and judges that nothing was lost and nothing done twice. Exits with 1 at the first round that is not as it
 * must be. The seed fixes what happens, and when the process is to die; not the machine's timing.
 */
interface Options {
  readonly store: "pglite" | "postgresql";
  /** Ends PostgreSQL under the running app now and then, and starts it again. */
  readonly restartStore: boolean;
  readonly cycles: number;
  readonly seed: number;
  readonly kill: boolean;
}

/** So often everything is brought to rest and judged. */
const ROUND = 25;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      store: { type: "string", default: "pglite" },
      cycles: { type: "string", default: "25" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      "restart-store": { type: "boolean", default: false },
      "no-kill": { type: "boolean", default: false },
    },
  });
  const { store } = values;
  if (store !== "pglite" && store !== "postgresql")
    throw new Error(`--store takes pglite or postgresql, not ${store}`);
  if (values["restart-store"] && store === "pglite")
    throw new Error("--restart-store: the embedded store lives and dies with the app");
  return {
    store,
    restartStore: values["restart-store"],
    cycles: wholeNumber("cycles", values.cycles),
    seed: wholeNumber("seed", values.seed),
    kill: !values["no-kill"],
  };
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new Error(`--${name} takes a whole number, not ${text}`);
  return number;
}

async function main(): Promise<number> {
  const options = readOptions();
  const folder = await mkdtemp(join(tmpdir(), "tagboat-crash-"));
  const port = await reservePort(0);
  await port.release();
  const ground = await openGround(folder, port.port);
  const store = options.store === "pglite" ? embedded(join(folder, "data")) : await server(folder);
  const voyage = new Voyage({
    ground,
    store,
    restartStore: options.restartStore,
    dice: new Dice(options.seed),
    folder,
    kill: options.kill,
  });
  // Whoever ends the driver ends the app as well.
  process.once("exit", () => voyage.kill());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const begun = performance.now();
  try {
    await voyage.start();
    for (let cycle = 1; cycle <= options.cycles; cycle += 1) {
      await voyage.cycle();
      if (cycle % ROUND === 0 || cycle === options.cycles) await voyage.rest();
      if (voyage.watch.complaints.length > 0) break;
    }
  } finally {
    await voyage.close();
    await store.close();
    await ground.close();
  }
  console.log(report(voyage, options, (performance.now() - begun) / 1000));
  if (voyage.watch.complaints.length === 0) {
    await rm(folder, { recursive: true, force: true });
    return 0;
  }
  console.log(`after cycle ${voyage.cycles} of seed ${options.seed}:`);
  for (const complaint of voyage.watch.complaints) console.log(`- ${complaint}`);
  await writeFile(join(folder, "trace.log"), voyage.watch.trace.join("\n"));
  console.log(
    `what GitHub saw: ${join(folder, "trace.log")}; the app's log: ${join(folder, "app.log")}`,
  );
  return 1;
}

function report(voyage: Voyage, { store, seed }: Options, seconds: number): string {
  const { counts } = voyage.watch;
  const acknowledged = voyage.senders.messages.filter((one) => one.acknowledged > 0).length;
  const starts = [...voyage.starts].sort((a, b) => a - b);
  const median = starts[Math.floor(starts.length / 2)] ?? 0;
  const kills = phases.map((phase) => `${phase} ${voyage.kills.get(phase) ?? 0}`);
  return [
    `${voyage.cycles} cycles on ${store}, seed ${seed}, ${seconds.toFixed(1)} s`,
    `kills: ${kills.join(", ")}`,
    `deliveries acknowledged ${acknowledged} of ${voyage.senders.messages.length}; requests and webhooks struck ${voyage.struck}`,
    `pull requests ${counts.opened} (withdrawn at once ${counts.withdrawn}); commits on bases ${counts.landed}`,
    `lost ${voyage.judge.lost}, duplicate pull requests ${counts.duplicatePulls}, duplicate commits ${counts.duplicateCommits}`,
    `restart to ready: median ${median.toFixed(0)} ms, at most ${(starts.at(-1) ?? 0).toFixed(0)} ms`,
  ].join("\n");
}

process.exit(await main());
