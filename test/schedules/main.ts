import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { promotions, tracking } from "./kind.ts";
import { type Failure, search } from "./search.ts";
import { addTally, newTally, render, type Tally } from "./tally.ts";

/**
 * `npm run schedules -- --runs 1000 [--seed N] [--from N]`: plays random schedules in as many processes as there are
 * processors (`--workers N`), prints one summary, exits with 1 and the shrunk schedule at the first that fails. A schedule is made from the
 * seed and its number alone: `--seed N --from 17 --runs 1` plays one again. `--promotion`: those of commands, gates and merges.
 */
interface Options {
  readonly seed: number;
  readonly from: number;
  readonly runs: number;
  readonly shrink: boolean;
  /** Whether a fault or outcome that no schedule came to is a failure. */
  readonly complete: boolean;
  readonly trace: boolean;
  readonly promotion: boolean;
  readonly workers: number;
}

/** Worlds are short-lived garbage: the default room for it makes a fifth of the time collection. In MiB. */
const ROOM_FOR_THE_YOUNG = "--max-semi-space-size=32";

interface Found {
  readonly tally: Tally;
  readonly failure: Failure | null;
}

function readOptions(): Options & { readonly worker: { index: number; of: number } | null } {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "100" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      from: { type: "string", default: "0" },
      "no-shrink": { type: "boolean", default: false },
      trace: { type: "boolean", default: false },
      promotion: { type: "boolean", default: false },
      workers: { type: "string", default: String(availableParallelism()) },
      worker: { type: "string" },
    },
  });
  const runs = wholeNumber("runs", values.runs);
  const [index, of] = (values.worker ?? "").split("/").map(Number);
  return {
    seed: wholeNumber("seed", values.seed),
    from: wholeNumber("from", values.from),
    runs,
    shrink: !values["no-shrink"],
    complete: runs >= 100,
    trace: values.trace,
    promotion: values.promotion,
    workers: wholeNumber("workers", values.workers),
    worker: index === undefined || of === undefined ? null : { index, of },
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
  if (options.worker !== null) return work(options, options.worker);
  const start = performance.now();
  const { tally, failure } = await shareOut(options);
  console.log(render(tally, options.seed, (performance.now() - start) / 1000));
  if (failure !== null) {
    console.log(`schedule ${failure.schedule} of seed ${failure.seed} failed:`);
    console.log(`${failure.complaints}\n${failure.steps}`);
    if (options.trace) console.log(failure.trace.join("\n"));
    console.log(
      `again: npm run schedules --${options.promotion ? " --promotion" : ""} --seed ${failure.seed} --from ${failure.schedule} --runs 1`,
    );
    return 1;
  }
  const { missing: missingOf } = options.promotion ? promotions : tracking;
  const missing = options.complete ? missingOf(tally) : [];
  if (missing.length > 0) console.log(`never happened: ${missing.join(", ")}`);
  return missing.length > 0 ? 1 : 0;
}

async function work(options: Options, { index, of }: { index: number; of: number }) {
  const { from, runs, seed, shrink } = options;
  const range = { seed, from: from + index, to: from + runs, step: of, shrink };
  const found = await (options.promotion ? search(promotions, range) : search(tracking, range));
  await new Promise((sent) => process.send?.(found, sent));
  return 0;
}

/** Each process plays every n-th schedule; the first that finds a failure ends the others. */
async function shareOut(options: Options): Promise<Found> {
  const of = Math.max(1, Math.min(options.workers, options.runs));
  const children: ChildProcess[] = [];
  const sum: { tally: Tally; failure: Failure | null } = { tally: newTally(), failure: null };
  const workers = Array.from({ length: of }, async (_, index) => {
    const told = [`--seed=${options.seed}`, `--worker=${index}/${of}`];
    const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), ...told], {
      execArgv: [...process.execArgv, ROOM_FOR_THE_YOUNG],
    });
    children.push(child);
    const found = await outcomeOf(child);
    if (found === null) {
      if (sum.failure === null) throw new Error(`worker ${index} died`);
      return;
    }
    addTally(sum.tally, found.tally);
    sum.failure ??= found.failure;
    if (found.failure !== null) for (const one of children) one.kill();
  });
  await Promise.all(workers);
  return sum;
}

/** What a worker sent; `null`: it ended without a word. */
function outcomeOf(child: ChildProcess): Promise<Found | null> {
  return new Promise((resolve) => {
    child.once("message", (found) => resolve(found as unknown as Found));
    child.once("exit", () => resolve(null));
  });
}

process.exit(await main());
