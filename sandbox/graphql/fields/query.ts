import { type Context, type Fields, repoNotFound, requireAccess } from "../context.ts";
import { notFound } from "../errors.ts";
import { nodeOf } from "../nodes.ts";
import { accountOf, actorSource, repoSource, userSource } from "../sources.ts";

export const queryFields: Fields<unknown> = {
  // The sandbox renames nothing, so there is nothing for `followRenames` to follow.
  repository: (_source, args: { owner: string; name: string }, context) => {
    const repo = context.world.repo(args.owner, args.name);
    if (repo === null) throw repoNotFound(args.owner, args.name);
    requireAccess(context, repo, "metadata", "read");
    return repoSource(repo);
  },
  node: (_source, args: { id: string }, context) => nodeOf(context, args.id),
  nodes: (_source, args: { ids: readonly string[] }, context) =>
    args.ids.map((id) => nodeOf(context, id)),
  viewer: (_source, _args, context) => {
    const account = accountOf(context.world, context.login);
    if (account === null) throw new Error(`The caller ${context.login} has no account`);
    return userSource(account);
  },
  rateLimit: (_source, _args, context) => rateLimit(context),
  organization: (_source, args: { login: string }, { world }) => {
    const account = accountOf(world, args.login);
    if (account?.type === "Organization") return actorSource(account);
    throw notFound(`Could not resolve to an Organization with the login of '${args.login}'.`);
  },
  user: (_source, args: { login: string }, { world }) => {
    const account = accountOf(world, args.login);
    if (account?.type === "User") return actorSource(account);
    throw notFound(`Could not resolve to a User with the login of '${args.login}'.`);
  },
};

/** The sandbox has no primary limit: the answer is that of a token that was never used. */
function rateLimit({ world }: Context): unknown {
  const inAnHour = new Date(world.now().getTime() + 3_600_000).toISOString();
  return { limit: 5000, cost: 1, nodeCount: 0, used: 0, remaining: 5000, resetAt: inAnHour };
}
