import { distribution } from "./distribution.ts";
import type { SourceRules } from "./normaliser.ts";

/** The registry that comes with GitLab: Docker Distribution, whose header the administrator writes as it is to be sent. */
export const gitlabRegistry: SourceRules = {
  ...distribution,
  authentication: {
    kind: "header",
    name: "authorization",
    schemes: ["plain", "bearer"],
    absent: "refuse",
  },
};
