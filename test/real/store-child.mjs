// A process with a store, for tests that kill it: `node store-child.mjs <open-store.js> <settings as JSON>`. It says one JSON line
// for everything that happened, and ends when its input ends.
import { randomUUID } from "node:crypto";

const [, , module, text] = process.argv;
const settings = JSON.parse(text);
const { openStore } = await import(module);

const say = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);
const log = {
  debug() {},
  info() {},
  warn: (_facts, message) => say({ warn: message }),
  error() {},
};
const clock = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
};

const started = performance.now();
let store;
try {
  store = await openStore({
    url: settings.url ?? null,
    folder: settings.folder ?? "",
    clock,
    log,
    retention: 86_400_000,
    notices: null,
    onLost(problem) {
      say({ lost: problem.reason });
      process.exit(75);
    },
  });
} catch (error) {
  say({ problem: error.reason ?? null, message: error.message });
  process.exit(1);
}
say({ opened: Math.round(performance.now() - started), pid: process.pid });

let ending = false;
process.stdin.on("end", () => {
  ending = true;
});
process.stdin.resume();

const delivery = () => ({
  id: randomUUID(),
  source: "quay",
  owner: "acme",
  scope: { kind: "owner" },
  senderId: null,
  subjects: [],
  receivedAt: new Date().toISOString(),
  headers: {},
  body: "{}",
});

let refused = 0;
if (settings.chore)
  await store.startChores([
    {
      name: "tick",
      every: 1,
      async run() {
        await new Promise((resolve) => setTimeout(resolve, 300));
        say({ ticked: refused > 0 ? "after" : "before" });
      },
    },
  ]);
for (let batches = 0; !ending && batches < (settings.batches ?? 0); batches += 1) {
  const batch = Array.from({ length: settings.each ?? 1 }, delivery);
  try {
    await store.inbox.accept(batch);
    say({ accepted: batch.map((one) => one.id), after: refused });
  } catch (error) {
    if (!settings.stubborn) throw error;
    refused += 1;
    say({ refused: error.message });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
if (settings.take) say({ taken: (await store.inbox.takeDeliveries(new Date(), 1000)).length });
if (settings.stay && !ending) await new Promise((resolve) => process.stdin.on("end", resolve));
await store.close();
say({ closed: true });
process.exit(0);
