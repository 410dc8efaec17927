import { runGit } from "../git/run-git.ts";
import type { Pull } from "../world/entities.ts";
import { expectThat } from "./expect.ts";
import type { Scene } from "./scene.ts";

/** What a pull request changes: its hunks, and git's count of lines by file. */
export async function diffOf(scene: Scene, pull: Pull): Promise<{ body: string; stat: string }> {
  const range = `${pull.baseBranch}...${pull.headBranch}`;
  const stat = await git(scene, ["diff", "--numstat", range]);
  const whole = await git(scene, ["diff", "--unified=2", range]);
  const body = whole.slice(whole.search(/^@@/m));
  return { body, stat: stat.trim() };
}

/** What git says of the CD repo. */
export async function git(scene: Scene, args: readonly string[]): Promise<string> {
  const { dir } = scene.sandbox.stage.bareOf(scene.repo) ?? {};
  if (dir === undefined) throw new Error("the repo is not on disk");
  return (await runGit(dir, args)).stdout.toString();
}

/** The page of a pull request. */
export function pullUrl(scene: Scene, pull: Pull): string {
  return `${scene.sandbox.url}/acme/myapp-cd/pull/${pull.number}`;
}

/** The page of what GitHub told the app. */
export function deliveriesUrl(scene: Scene): string {
  return `${scene.sandbox.url}/-/deliveries`;
}

/** A page is there, with a text on it. */
export async function shows(url: string, text: string): Promise<void> {
  const answer = await fetch(url, { headers: { accept: "text/html" } });
  const page = await answer.text();
  expectThat(answer.ok && page.includes(text), `${url} answers ${answer.status} without “${text}”`);
}

/** Throws with what the sandbox's GitHub found strange in the app's requests. */
export function noComplaints(scene: Scene): void {
  const { complaints } = scene.sandbox.stage.recorder;
  expectThat(complaints.length === 0, `the sandbox's GitHub complains: ${complaints.join("; ")}`);
}

/** How the promotion check stands on the head of a pull request; `null`: it was not reported yet. */
export function checkOf(scene: Scene, pull: Pull): string | null {
  const runs = scene.sandbox.stage.world.checks(scene.repo, pull.headOid);
  return runs.findLast(({ name }) => name === "tagboat/promotion")?.conclusion ?? null;
}

/** What the app said on a pull request, without its hidden markers. */
export function repliesOn(scene: Scene, pull: Pull): readonly string[] {
  const bot = scene.sandbox.seeded.app.bot.login;
  return scene.sandbox.stage.world
    .comments(pull)
    .filter(({ author }) => author === bot)
    .map(({ body }) => body.replace(/\n*<!-- tagboat:[^>]+ -->/g, ""));
}
