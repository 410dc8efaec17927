import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AppProcess, type LogLine } from "../../sandbox/demo/app-process.ts";
import type { Dice } from "./dice.ts";
import { kinds, OWNERS, type Owner, type Version } from "./fleet.ts";
import type { Ground } from "./ground.ts";
import { Judge } from "./judge.ts";
import { KillSwitch, type Moment, type Phase, phaseOf, someMoment } from "./kill-switch.ts";
import { People } from "./people.ts";
import { Senders } from "./senders.ts";
import { StoreLook } from "./store-look.ts";
import type { StoreUnderTest } from "./stores.ts";
import { Watch } from "./watch.ts";
import { someFault } from "./weather.ts";

export interface VoyageOptions {
  readonly ground: Ground;
  readonly store: StoreUnderTest;
  readonly restartStore: boolean;
  readonly dice: Dice;
  /** For the app's working folder and log. */
  readonly folder: string;
  /** False: nothing is killed. To try the judge itself. */
  readonly kill: boolean;
}

/** How long to wait for a moment that does not come, in milliseconds; a machine that starts the app slowly gets as long as that. */
const LATEST = 2000;
/** So long without a word, and nothing left in the store, is rest. */
const QUIET = 1200;
/** The machine may be busy with other things. */
const START_MS = 120_000;
/** More than the app takes for itself. */
const STOP_MS = 40_000;
const PATIENCE = 180_000;

/** What the app may say when its store is gone for a moment. */
const OF_STORE =
  /the store|could not be stored|DatabaseError|ECONNREFUSED|ECONNRESET|Connection terminated|connection timeout/;

/** The app's life between crashes, with all that goes on around it. */
export class Voyage {
  readonly watch: Watch;
  readonly judge: Judge;
  readonly senders: Senders;
  readonly kills = new Map<Phase, number>();
  readonly starts: number[] = [];
  cycles = 0;
  /** Of the store, under the running app. */
  restarts = 0;
  readonly #options: VoyageOptions;
  readonly #people: People;
  readonly #switch: KillSwitch;
  readonly #logFile: string;
  readonly #look = new StoreLook();
  #app: AppProcess | null = null;
  #storeRestarted = false;

  constructor(options: VoyageOptions) {
    const { ground, dice } = options;
    this.#options = options;
    this.watch = new Watch(ground);
    this.senders = new Senders(ground, dice);
    this.judge = new Judge(ground, this.senders, this.watch);
    this.#people = new People(ground, dice);
    this.#switch = new KillSwitch(ground);
    this.#logFile = join(options.folder, "app.log");
    this.senders.onAcknowledged(() => this.#switch.acknowledged());
  }

  /** What was asked of the sandbox and struck by a fault. */
  get struck(): number {
    const { fired } = this.#options.ground.sandbox.stage.faults;
    return [...fired.values()].reduce((sum, count) => sum + count, 0);
  }

  /** One crash: things happen, the process dies at a random moment of them, and is started again at once. */
  async cycle(): Promise<void> {
    const { dice, kill } = this.#options;
    this.cycles += 1;
    const moment = someMoment(dice);
    const weather = dice.between(0, 2);
    for (let count = 0; count < weather; count += 1) this.#arm();
    if (dice.chance(0.4)) await this.#people.act();
    if (!kill) {
      await this.#happen(moment);
      await pause(dice.between(0, 1000));
      return;
    }
    if (this.#options.restartStore && dice.chance(0.3)) {
      await this.#happen(moment);
      return this.#restartStore();
    }
    this.watch.note(`cycle ${this.cycles}: ${JSON.stringify(moment)}`);
    const phase = await this.#die(moment);
    this.watch.note(`killed: ${phase}`);
    this.kills.set(phase, (this.kills.get(phase) ?? 0) + 1);
    await this.start();
  }

  async #die(moment: Moment): Promise<Phase> {
    if (moment.kind !== "start") {
      const died = this.#dieAt(moment);
      await this.#happen(moment);
      return died;
    }
    await this.#happen(moment);
    await this.#dieStarting(moment);
    return "start";
  }

  #arm(): void {
    const { dice, ground } = this.#options;
    const { repo } = dice.pick(ground.repos);
    const fault = someFault(dice, (where) => this.#people.push(where), repo);
    ground.sandbox.stage.faults.arm(fault);
  }

  /** Images are pushed and told of; the senders go on by themselves. */
  async #happen(moment: Moment): Promise<void> {
    const { dice } = this.#options;
    const crowd = moment.kind === "intake" && dice.chance(0.5) ? dice.between(6, 16) : 1;
    for (const owner of dice.some(OWNERS, dice.between(1, 2))) {
      const versions = await this.#push(owner);
      for (let count = 0; count < crowd; count += 1) this.senders.tell(versions);
    }
    const known = this.senders.messages.filter(({ acknowledged }) => acknowledged > 0);
    if (known.length > 0 && dice.chance(0.3)) this.senders.repeat(dice.pick(known.slice(-20)));
  }

  async #push(owner: Owner): Promise<Version[]> {
    const { dice, ground } = this.#options;
    const versions: Version[] = [];
    for (const kind of dice.some(kinds, dice.pick([1, 1, 2]))) {
      const step = dice.pick([1, 1, 1, 2, 3, 0, -1]);
      const rank = Math.max(1, ground.fleet.top(owner, kind) + step);
      const version = { owner, kind, rank };
      await ground.push(version);
      versions.push(version);
    }
    return versions;
  }

  /** Resolves with the moment that it was. */
  async #dieAt(moment: Moment): Promise<Phase> {
    const phase = await new Promise<Phase>((resolve) => {
      this.#switch.arm(moment, () => resolve(phaseOf(moment)));
      // What does not come is not waited for.
      const latest = Math.max(LATEST, this.starts.at(-1) ?? 0);
      setTimeout(() => resolve("any time"), latest);
    });
    this.#switch.disarm();
    await this.#end(moment.kind === "stop" ? "stop" : "kill");
    return phase;
  }

  /** The app lives on. */
  async #restartStore(): Promise<void> {
    const { dice, store } = this.#options;
    await pause(dice.between(0, 400));
    this.#storeRestarted = true;
    this.restarts += 1;
    await store.restart?.(dice.chance(0.5));
    await pause(dice.between(0, 1500));
    if (this.#app?.ended === true) {
      this.watch.complain("the app ended when its store was restarted");
      await this.#end("kill");
      await this.start();
    }
  }

  async #dieStarting(moment: Moment): Promise<void> {
    await this.#end("kill");
    this.#app = this.#launch();
    await new Promise<void>((resolve) => this.#switch.arm(moment, resolve));
    await this.#end("kill");
  }

  #launch(): AppProcess {
    const { ground, store, folder } = this.#options;
    return AppProcess.launch({
      program: fileURLToPath(new URL("../../src/main.js", import.meta.url)),
      folder,
      environment: { ...ground.environment, ...store.environment },
      logFile: this.#logFile,
    });
  }

  /** Starts the app; how long until it listens is noted. */
  async start(): Promise<void> {
    const before = performance.now();
    this.#app = this.#launch();
    await this.#app.listens(START_MS);
    this.starts.push(performance.now() - before);
  }

  async #end(how: "kill" | "stop"): Promise<void> {
    const app = this.#app;
    if (app === null) return;
    this.#app = null;
    if (how === "kill") app.kill();
    const code = await app.stop(STOP_MS);
    if (how === "stop" && code !== 0)
      this.watch.complain(`the app ended with ${code} when asked to stop`);
    for (const line of app.lines) this.#judgeLine(line);
    this.#storeRestarted = false;
  }

  #judgeLine(line: LogLine): void {
    const said = JSON.stringify(line).slice(0, 1500);
    if (line.level === undefined) this.watch.complain(`the app said: ${said}`);
    else if (Number(line.level) >= 50 && !(this.#storeRestarted && OF_STORE.test(said)))
      this.watch.complain(`an error was logged: ${said}`);
  }

  /** Faults end, everybody comes to rest, and all is judged. */
  async rest(): Promise<void> {
    const { faults, webhooks } = this.#options.ground.sandbox.stage;
    this.#switch.disarm();
    faults.clear();
    await this.senders.idle();
    await webhooks.idle();
    await this.#quiet();
    await this.#end("stop");
    await this.start();
    await this.#caughtUp();
    await this.#quiet();
    await this.#judge();
  }

  /** GitHub sends nothing again by itself: what was lost while the app was down, the app asks for. */
  async #caughtUp(): Promise<void> {
    const end = performance.now() + PATIENCE;
    for (let lost = this.#lost(); lost.length > 0; lost = this.#lost()) {
      if (performance.now() > end)
        return this.watch.complain(`never asked for again: GitHub's ${lost.join(", ")}`);
      await pause(200);
    }
    await this.#options.ground.sandbox.stage.webhooks.idle();
  }

  /** GitHub's webhooks that nobody took, at no try. */
  #lost(): string[] {
    const lost = new Map<string, string>();
    const heard = new Set<string>();
    for (const {
      guid,
      statusCode,
      event,
    } of this.#options.ground.sandbox.stage.webhooks.deliveries())
      if (statusCode < 300) heard.add(guid);
      else lost.set(guid, event);
    return [...lost].flatMap(([guid, event]) => (heard.has(guid) ? [] : `${event} ${guid}`));
  }

  /** Until nothing is asked, told or due any more. */
  async #quiet(): Promise<void> {
    const end = performance.now() + PATIENCE;
    let seen = -1;
    let since = performance.now();
    for (;;) {
      const app = this.#app;
      if (app === null) throw new Error("no app to wait for");
      if (app.count !== seen) {
        seen = app.count;
        since = performance.now();
      }
      const now = performance.now();
      const still = now - Math.max(since, this.#switch.lastAsked) > QUIET;
      if (still && (await this.#isDone())) return;
      if (now > end) return this.watch.complain("it does not come to rest");
      await pause(100);
    }
  }

  async #isDone(): Promise<boolean> {
    const { deliveries, items } = await (await this.#options.store.desk()).depth();
    return deliveries + items === 0;
  }

  async #judge(): Promise<void> {
    const desk = await this.#options.store.desk();
    const depth = await desk.depth();
    const { deliveries, items, parked, dead } = depth;
    if (deliveries + items + parked + dead > 0)
      this.watch.complain(`something is stuck: ${JSON.stringify(depth)}`);
    await this.judge.judgeDeliveries(await this.#look.news(desk));
    await this.watch.judge();
    await this.judge.judgePlaces();
    for (const one of this.senders.complaints.splice(0)) this.watch.complain(one);
  }

  /** Ends the app without waiting for its end. */
  kill(): void {
    this.#app?.kill();
  }

  async close(): Promise<void> {
    this.#switch.disarm();
    await this.#end("kill");
  }
}
