import { randomBytes } from "node:crypto";
import type { App, Installation } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import type { Caller } from "./caller.ts";

/** GitHub's installation tokens live an hour. */
const LIFE_MS = 3_600_000;

interface Minted {
  readonly installation: number;
  readonly permissions: Readonly<Record<string, string>>;
  /** Ids of the repos it was narrowed to; null: all that the installation reaches. */
  readonly repos: ReadonlySet<number> | null;
  readonly expires: number;
}

export interface InstallationToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Ids of the repos that an installation reaches now. */
export function reachOf(world: World, installation: Installation): ReadonlySet<number> {
  if (installation.selection === "selected") return installation.repos;
  const owner = installation.account.toLowerCase();
  const owned = [...world.repos.values()].filter((repo) => repo.owner.toLowerCase() === owner);
  return new Set(owned.map((repo) => repo.id));
}

/** Tokens that were given out: to people, and to installations for an hour. */
export class Tokens {
  readonly #world: World;
  readonly #now: () => Date;
  readonly #minted = new Map<string, Minted>();
  readonly #people = new Map<string, string>();

  constructor(world: World, now: () => Date) {
    this.#world = world;
    this.#now = now;
  }

  /** A person's token. The same login always has the same one, so that a newcomer can type it. */
  forPerson(login: string): string {
    const token = `sandbox_${login}`;
    this.#people.set(token, login);
    return token;
  }

  mint(
    installation: Installation,
    permissions: Readonly<Record<string, string>>,
    repos: ReadonlySet<number> | null,
  ): InstallationToken {
    const token = `ghs_${randomBytes(18).toString("hex")}`;
    const expiresAt = new Date(this.#now().getTime() + LIFE_MS);
    const expires = expiresAt.getTime();
    this.#minted.set(token, { installation: installation.id, permissions, repos, expires });
    return { token, expiresAt };
  }

  /** Who a token proves to be; null: nobody (unknown, expired, or of an installation that is gone). */
  callerOf(token: string): Caller | null {
    const login = this.#people.get(token);
    if (login !== undefined) return { kind: "user", login };
    const minted = this.#minted.get(token);
    if (minted === undefined || minted.expires <= this.#now().getTime()) return null;
    const installation = this.#world.installations.get(minted.installation);
    const app = installation && this.#world.apps.get(installation.app);
    if (installation === undefined || app === undefined) return null;
    return this.#installation(app, installation, minted);
  }

  #installation(app: App, installation: Installation, minted: Minted): Caller {
    const reach = reachOf(this.#world, installation);
    const narrowed = minted.repos;
    return {
      kind: "installation",
      app,
      installation,
      permissions: minted.permissions,
      repos: narrowed === null ? reach : new Set([...narrowed].filter((id) => reach.has(id))),
      login: app.bot.login,
    };
  }
}
