import { StoryFailed } from "./expect.ts";
import type { Scene } from "./scene.ts";

/** What a person does on a page of the sandbox's GitHub: opens it, fills its form in, sends it. */
export async function fillIn(
  scene: Scene,
  login: string,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const url = `${scene.sandbox.url}${path}`;
  const cookie = `actor=${login}`;
  const page = await fetch(url, { headers: { cookie, accept: "text/html" } });
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1];
  if (!page.ok || csrf === undefined)
    throw new StoryFailed(`${url} answers ${page.status} to ${login}`);
  const answer = await fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ csrf, ...fields }).toString(),
  });
  const flash = /flash=([^;]*)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
  const said = decodeURIComponent(flash.replaceAll("+", " "));
  if (answer.status !== 303 || said.startsWith("-"))
    throw new StoryFailed(`${login} at ${url}: ${answer.status} ${said}`);
}
