import { githubHook } from "./github-hook-settings.ts";
import type { SenderSettings } from "./sender-hook.ts";

const UNUSED = `Taken and ignored: nothing is done with these events yet.
`;

/** Senders that are taken, and of whose events nothing is used yet. */
export const unusedSettings = {
  argocd: ({ url, secret }) => `Argo CD, ConfigMap \`argocd-notifications-cm\`:

  service.webhook.tagboat: |
    url: ${url}
    headers:
      - { name: Content-Type, value: application/json }
      - { name: Authorization, value: "Bearer ${secret}" }
  template.tagboat: |
    webhook:
      tagboat:
        method: POST
        body: |
          {"app": {"name": {{toJson .app.metadata.name}}}}

${UNUSED}`,
  gitlab: ({ url, secret }) => `GitLab: project or group → Settings → Webhooks → Add new webhook

  URL:                     ${url}
  Secret token:            ${secret}
  SSL verification:        enabled

${UNUSED}For images, use \`gitlab-registry\` or \`generic\`.
`,
  rhacs: ({
    url,
    secret,
  }) => `Red Hat Advanced Cluster Security: Platform Configuration → Integrations → Generic Webhook

  Endpoint:                ${url}
  Username:                tagboat
  Password:                ${secret}

${UNUSED}`,
  "github-deployment-status": (hook) => `${githubHook(hook, "Deployment statuses")}
${UNUSED}`,
  "github-issue-comment": (hook) => `${githubHook(hook, "Issue comments")}
${UNUSED}Commands are taken from the App's own webhook.
`,
  "github-ping": (
    hook,
  ) => `${githubHook(hook, "none: GitHub sends a ping when the webhook is made")}
${UNUSED}`,
  "github-pull-request-review": (hook) => `${githubHook(hook, "Pull request reviews")}
${UNUSED}Reviews are taken from the App's own webhook.
`,
} as const satisfies Partial<SenderSettings>;
