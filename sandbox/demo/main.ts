import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { Pull } from "../world/entities.ts";
import { StoryFailed } from "./expect.ts";
import { deliveriesUrl, pullUrl } from "./look.ts";
import { tellPromotion } from "./promotion.ts";
import { openScene, type Scene } from "./scene.ts";
import { pushAnother, tellStory } from "./story.ts";
import { createTeller, type Teller, wantsColour } from "./teller.ts";

const HELP = `Usage: npm run demo [-- --once] [--port N]

Starts a GitHub, an image registry and Tagboat on this machine, pushes images, and tells what
becomes of them. Then everything stays up for you to click, until Ctrl-C.

  --once      check every step of the story, stop all that was started, exit 0 or 1
  --port N    port of the GitHub; default: 4100, or a free one
`;

const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

async function main(): Promise<number> {
  const wanted = readArguments(process.argv.slice(2));
  if (typeof wanted === "string") {
    process.stderr.write(`demo: ${wanted}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  if (wanted.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const write = (text: string): void => void process.stdout.write(text);
  const teller = createTeller(write, wantsColour(process.stdout, process.env));
  return play(wanted, teller);
}

interface Wanted {
  readonly once: boolean;
  readonly help: boolean;
  readonly port: number;
}

function readArguments(args: readonly string[]): Wanted | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        port: { type: "string", default: "4100" },
      },
    });
    const port = Number(values.port);
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535) return "--port must be 0 to 65535";
    return { once: values.once, help: values.help, port };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function play({ once: isOnce, port }: Wanted, teller: Teller): Promise<number> {
  const started = performance.now();
  const interruption = interruptions();
  const logFile = join(tmpdir(), `tagboat-demo-${process.pid}.log`);
  teller.title("A pushed image becomes a pull request");
  let scene: Scene | null = null;
  try {
    scene = await openScene({ port, logFile });
    const release = await Promise.race([tellStory(scene, teller), interruption]);
    if (release === "interrupted") return EXIT_INTERRUPTED;
    teller.title("A comment takes it on, an approval lets it through, a comment takes it back");
    const told = await Promise.race([tellPromotion(scene, teller, release), interruption]);
    if (told === "interrupted") return EXIT_INTERRUPTED;
    teller.fact("Tagboat's log", logFile);
    if (!isOnce) await stayUp(scene, teller, release.pull, interruption);
  } catch (error) {
    report(error, teller, scene?.app.tail(10) ?? "", logFile);
    return 1;
  } finally {
    await scene?.close();
  }
  if (isOnce)
    teller.step("Every step went as told, and all is stopped", performance.now() - started);
  return 0;
}

/** Resolves at the first SIGINT or SIGTERM; the second one is left to end the process at once. */
function interruptions(): Promise<"interrupted"> {
  const signals = ["SIGINT", "SIGTERM"].map((signal) => once(process, signal));
  return Promise.race(signals).then(() => "interrupted" as const);
}

async function stayUp(
  scene: Scene,
  teller: Teller,
  pull: Pull,
  interruption: Promise<"interrupted">,
): Promise<void> {
  inviteToClick(scene, teller, pull);
  const keys = process.stdin.isTTY ? createInterface({ input: process.stdin }) : null;
  keys?.on("line", () => {
    pushAnother(scene, teller).catch((error: unknown) => teller.failure(String(error)));
  });
  // Ctrl-C in a terminal that is read from reaches the reader, not the process.
  keys?.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  await interruption;
  keys?.close();
  teller.say("\nStopping.");
}

function inviteToClick(scene: Scene, teller: Teller, pull: Pull): void {
  const { sandbox } = scene;
  const token = sandbox.tokenOf("ben");
  const clone = new URL(`${sandbox.url}/acme/myapp-cd.git`);
  clone.username = "ben";
  clone.password = token;
  const enter = process.stdin.isTTY ? ["Press Enter: the pipeline pushes another image."] : [];
  const tries = [
    `Comment on the pull request as ben: ${pullUrl(scene, pull)}`,
    "  /tagboat help, /tagboat status, /promote prod, /tagboat unhold dev",
    ...enter,
    "Close what it opens: that version is not proposed again, a newer one is.",
    `Or commit on its branch, git clone ${clone.href}: your work is not overwritten.`,
    `See what GitHub told Tagboat, and send it again: ${deliveriesUrl(scene)}`,
  ];
  teller.say("\nEverything stays up until Ctrl-C. What to try:\n");
  for (const one of tries) teller.say(`  • ${one}`);
  teller.say("");
}

function report(error: unknown, teller: Teller, tail: string, logFile: string): void {
  const isKnown = error instanceof StoryFailed;
  teller.failure(isKnown || !(error instanceof Error) ? String(error) : (error.stack ?? ""));
  if (tail !== "") teller.say(`\nThe end of Tagboat's log:\n${tail}`);
  teller.say(`\nThe whole log: ${logFile}`);
}

process.exitCode = await main();
