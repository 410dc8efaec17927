import { raw } from "hono/html";
import type { Child, FC } from "hono/jsx";
import type { Repo } from "../world/entities.ts";
import { LOOK } from "./look.ts";
import { pathOf, people, type Visit } from "./visit.ts";

/** The frame of every page. */
export const Layout: FC<{ visit: Visit; title: string; children?: Child }> = ({
  visit,
  title,
  children,
}) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width,initial-scale=1" />
      <title>{title}</title>
      <style>{raw(LOOK)}</style>
    </head>
    <body>
      <div class="top">
        <div>
          <b>
            <a href="/">⚓ Sandbox</a>
          </b>
          <a href="/-/deliveries">Webhooks</a>
          <a href="/-/requests">Requests</a>
          <a href="/-/faults">Faults</a>
          <ActingAs visit={visit} />
        </div>
      </div>
      <main>
        {visit.flash === null ? null : (
          <p class={visit.flash.fine ? "flash fine" : "flash"} role="status">
            {visit.flash.text}
          </p>
        )}
        {children}
      </main>
    </body>
  </html>
);

const ActingAs: FC<{ visit: Visit }> = ({ visit }) => (
  <form method="post" action="/-/actor">
    <Csrf visit={visit} />
    <label for="actor">acting as</label>
    <select name="actor" id="actor">
      {people(visit.stage).map((login) => (
        <option value={login} selected={login === visit.actor}>
          {login}
        </option>
      ))}
    </select>
    <button type="submit">Change</button>
  </form>
);

export const Csrf: FC<{ visit: Visit }> = ({ visit }) => (
  <input type="hidden" name="csrf" value={visit.csrf} />
);

/** Name and tabs of a repo. */
export const RepoHead: FC<{ visit: Visit; repo: Repo; tab: "files" | "commits" | "pulls" }> = ({
  visit,
  repo,
  tab,
}) => {
  const open = visit.stage.world.pulls(repo).filter((pull) => pull.state === "open").length;
  const here = (name: string) => (name === tab ? "here" : "");
  const path = pathOf(repo);
  return (
    <>
      <div class="row">
        <h1>
          {repo.owner} / <a href={path}>{repo.name}</a>
        </h1>
        {repo.private ? <span class="tag">private</span> : null}
        {repo.archived ? <span class="tag">archived</span> : null}
        <span class="right mute">you may: {visit.stage.world.permissionOf(repo, visit.actor)}</span>
      </div>
      <nav class="tabs">
        <a class={here("files")} href={path}>
          Files
        </a>
        <a class={here("commits")} href={`${path}/commits/${repo.defaultBranch ?? ""}`}>
          Commits
        </a>
        <a class={here("pulls")} href={`${path}/pulls`}>
          Pull requests {open === 0 ? "" : `(${open})`}
        </a>
      </nav>
    </>
  );
};

/** A letter in a colour that the login chose. */
export const Avatar: FC<{ login: string }> = ({ login }) => {
  let hue = 0;
  for (const letter of login) hue = (hue * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return (
    <span class="avatar" style={`background:hsl(${hue} 45% 42%)`} aria-hidden="true">
      {login.slice(0, 1).toUpperCase()}
    </span>
  );
};

/** An instant, short and in UTC. */
export const When: FC<{ at: string }> = ({ at }) => (
  <time datetime={at} class="mute">
    {at.slice(0, 16).replace("T", " ")}
  </time>
);
