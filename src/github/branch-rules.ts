import { z } from "zod";
import { PROMOTION_CHECK } from "../model/gate.ts";
import type { GraphqlAnswer } from "./host.ts";

/** The rules of a branch, as far as whoever may read the repo may see them: rulesets, and the part of classic protection that is told. */
export const RULES_FRAGMENT = `fragment Rules on Ref {
  rules(first: 100) {
    nodes {
      type
      parameters {
        ... on RequiredStatusChecksParameters {
          strictRequiredStatusChecksPolicy
          requiredStatusChecks { context integrationId }
        }
        ... on PullRequestParameters { allowedMergeMethods }
      }
    }
  }
  refUpdateRule { requiredStatusCheckContexts requiresLinearHistory }
}`;

/** Parse place of `Rules`. */
export const Rules = z.object({
  rules: z
    .object({
      nodes: z
        .array(
          z
            .object({
              type: z.string(),
              parameters: z
                .object({
                  strictRequiredStatusChecksPolicy: z.boolean().optional(),
                  requiredStatusChecks: z
                    .array(z.object({ context: z.string(), integrationId: z.number().nullable() }))
                    .optional(),
                  allowedMergeMethods: z.array(z.string()).nullish(),
                })
                .nullish(),
            })
            .nullable(),
        )
        .nullish(),
    })
    .nullish(),
  refUpdateRule: z
    .object({
      requiredStatusCheckContexts: z.array(z.string().nullable()).nullish(),
      requiresLinearHistory: z.boolean(),
    })
    .nullish(),
});

const OF_RULES: ReadonlySet<string | number> = new Set(["rules", "refUpdateRule"]);

/** An answer without the errors that the rules alone met: a host that does not let the App see them enforces them all the same. */
export function leniently({ data, errors }: GraphqlAnswer): GraphqlAnswer {
  return { data, errors: errors.filter(({ path }) => !path.some((part) => OF_RULES.has(part))) };
}

/** What a branch demands of a pull request into it. */
export interface BranchDemands {
  /** `appId: null`: from whomever, or the host does not tell from whom. */
  readonly checks: readonly { readonly name: string; readonly appId: number | null }[];
  readonly upToDate: boolean;
  readonly linear: boolean;
  /** Lower case; `null`: as the repo allows. */
  readonly methods: readonly string[] | null;
}

export function branchDemands(ref: z.infer<typeof Rules> | null): BranchDemands {
  const rules = (ref?.rules?.nodes ?? []).filter((rule) => rule !== null);
  const parameters = rules.flatMap((rule) => rule.parameters ?? []);
  const ruled = parameters.flatMap(({ requiredStatusChecks = [] }) =>
    requiredStatusChecks.map(({ context, integrationId }) => ({
      name: context,
      appId: integrationId,
    })),
  );
  const classic = (ref?.refUpdateRule?.requiredStatusCheckContexts ?? []).flatMap((name) =>
    name === null ? [] : [{ name, appId: null }],
  );
  const methods = parameters.flatMap(({ allowedMergeMethods: allowed }) =>
    allowed == null ? [] : [allowed.map((method) => method.toLowerCase())],
  );
  return {
    checks: [...ruled, ...classic],
    upToDate: parameters.some((one) => one.strictRequiredStatusChecksPolicy === true),
    linear:
      rules.some(({ type }) => type === "REQUIRED_LINEAR_HISTORY") ||
      ref?.refUpdateRule?.requiresLinearHistory === true,
    methods:
      methods.length === 0
        ? null
        : (methods[0] ?? []).filter((method) => methods.every((set) => set.includes(method))),
  };
}

/** Whether the branch lets nothing in without our promotion check, from our App: anyone with write can report one of that name. */
export function requiresGate({ checks }: BranchDemands, appId: number): boolean {
  return checks.some((check) => check.name === PROMOTION_CHECK && check.appId === appId);
}
