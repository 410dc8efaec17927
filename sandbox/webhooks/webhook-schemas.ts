import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { fullFormats } from "ajv-formats/dist/formats.js";

/** GitHub's own description of its webhooks (`npm run schemas`), as judge of what the sandbox sends. */
export interface WebhookSchemas {
  /** What is wrong with the payload of an event, one line each; empty: nothing. `null`: GitHub has no such webhook, or it was not taken. */
  problemsOf(event: string, action: string | null, payload: unknown): readonly string[] | null;
}

interface Description {
  readonly webhooks: Readonly<Record<string, string>>;
  readonly schemas: Readonly<Record<string, object>>;
}

/** @param folder of the pruned descriptions, `sandbox/schemas` of the repo. */
export function loadWebhookSchemas(folder: string): WebhookSchemas {
  const text = readFileSync(join(folder, "webhooks.json"), "utf8");
  const { webhooks, schemas }: Description = JSON.parse(text);
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateSchema: false,
    inlineRefs: false,
    logger: false,
    // Bots have brackets in their addresses on github.com too: `49699333+dependabot[bot]@users.noreply.github.com`.
    formats: { ...fullFormats, email: /^[^@\s]+@[^@\s]+$/ },
  });
  ajv.addSchema({ $id: "gh", components: { schemas } }, "gh", false, false);
  const compiled = new Map<string, ValidateFunction>();
  return {
    problemsOf(event, action, payload) {
      const webhook = [event, action ?? ""].join("-").replaceAll("_", "-").replace(/-$/, "");
      const schema = webhooks[webhook];
      if (schema === undefined) return null;
      let validate = compiled.get(schema);
      if (validate === undefined) {
        validate = ajv.compile({ $ref: `gh#/components/schemas/${schema}` });
        compiled.set(schema, validate);
      }
      if (validate(payload)) return [];
      return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
    },
  };
}
