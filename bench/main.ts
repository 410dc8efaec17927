/** `npm run bench -- NAME`: measures one part, by itself and beside what else does the same. */
const benches: Readonly<
  Record<string, () => Promise<{ run(words: readonly string[]): Promise<void> }>>
> = {
  edit: () => import("./edit.ts"),
  intake: () => import("./intake.ts"),
  burst: () => import("./burst.ts"),
  fairness: () => import("./fairness.ts"),
  idle: () => import("./idle.ts"),
};

const [name = "", ...words] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  console.error(`Usage: npm run bench -- NAME\nNames: ${Object.keys(benches).join(", ")}`);
  process.exitCode = 2;
} else await (await bench()).run(words);
