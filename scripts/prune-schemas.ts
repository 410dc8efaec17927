import { pruneWebhooks } from "./prune-webhooks.ts";

/** `npm run schemas`: makes sandbox/schemas again from the exact published versions. Needs the network; run from the repo's root. */
const folder = "sandbox/schemas";
for (const prune of [pruneWebhooks]) await prune(folder);
