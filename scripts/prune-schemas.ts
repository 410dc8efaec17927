import { pruneGraphql } from "./prune-graphql.ts";
import { pruneOpenapi } from "./prune-openapi.ts";
import { pruneWebhooks } from "./prune-webhooks.ts";

/** `npm run schemas`: makes sandbox/schemas again from the exact published versions. Needs the network; run from the repo's root. */
const folder = "sandbox/schemas";
await pruneWebhooks(folder);
await pruneGraphql(folder);
await pruneOpenapi(folder);
