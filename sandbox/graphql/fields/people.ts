import type { Account } from "../../world/entities.ts";
import { connection, type PageArgs } from "../connection.ts";
import { type Fields, isVisible } from "../context.ts";
import {
  type ActorSource,
  accountOf,
  actorOf,
  repoSource,
  type TeamSource,
  userSource,
} from "../sources.ts";

/** GraphQL shows the login of a Bot without the `[bot]` that REST and User have. */
function shownLogin({ __typename, account }: ActorSource): string {
  return __typename === "Bot" ? account.login.replace(/\[bot\]$/, "") : account.login;
}

function path(account: Account): string {
  return account.type === "Bot"
    ? `/apps/${account.login.replace(/\[bot\]$/, "")}`
    : `/${account.login}`;
}

const actorFields: Fields<ActorSource> = {
  id: ({ account }) => account.nodeId,
  databaseId: ({ account }) => account.id,
  login: shownLogin,
  url: ({ account }, _args, { baseUrl }) => `${baseUrl}${path(account)}`,
  resourcePath: ({ account }) => path(account),
  avatarUrl: ({ account }, _args, { baseUrl }) => `${baseUrl}/avatars/u/${account.id}`,
};

export const botFields: Fields<ActorSource> = actorFields;

export const userFields: Fields<ActorSource> = {
  ...actorFields,
  name: ({ account }) => account.name,
  // An address that is not public reads as the empty string.
  email: () => "",
  isViewer: ({ account }, _args, { login }) => account.login === login,
};

export const organizationFields: Fields<ActorSource> = {
  ...actorFields,
  name: ({ account }) => account.name,
  team: ({ account }, args: { slug: string }, { world }) => {
    const team = world.team(account.login, args.slug);
    return team === null ? null : { __typename: "Team", team };
  },
  repository: ({ account }, args: { name: string }, context) => {
    const repo = context.world.repo(account.login, args.name);
    return repo === null || !isVisible(context, repo) ? null : repoSource(repo);
  },
};

export const teamFields: Fields<TeamSource> = {
  id: ({ team }) => team.nodeId,
  databaseId: ({ team }) => team.id,
  slug: ({ team }) => team.slug,
  name: ({ team }) => team.name,
  combinedSlug: ({ team }) => `${team.org}/${team.slug}`,
  organization: ({ team }, _args, { world }) => actorOf(world, team.org),
  members: ({ team }, args: PageArgs, { world }, info) => {
    const accounts = [...team.members].map((login) => accountOf(world, login));
    const users = accounts.filter((account) => account !== null).map(userSource);
    return connection(info, args, users);
  },
};
