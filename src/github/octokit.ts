import { ProbotOctokit } from "probot";

/**
 * The client class to hand to Probot. Probot's own throttle holds every GraphQL call for a second, reads too, and its retry
 * sends writes again; Tagboat paces and repeats by itself. Only the function form of `defaults` reaches the throttle:
 * Probot lays its own throttle object over the object form.
 */
export const TagboatOctokit: typeof ProbotOctokit = ProbotOctokit.defaults(
  (options: { readonly retry?: object; readonly throttle?: object }) => ({
    ...options,
    retry: { ...options.retry, enabled: false },
    throttle: { ...options.throttle, enabled: false },
  }),
);
