import type { HookSource } from "../normalise/normaliser.ts";

/** What a person enters at a sender. */
export interface SenderHook {
  readonly url: string;
  /** For sources that sign their bodies. */
  readonly secret: string;
}

/** The exact settings to enter at each sender, as text for a terminal. */
export const senderSettings: Readonly<Record<HookSource, (hook: SenderHook) => string>> = {
  distribution: ({
    url,
  }) => `Docker Distribution (also GitLab's bundled registry), in its configuration file:

notifications:
  endpoints:
    - name: tagboat
      url: ${url}
      timeout: 5s
      threshold: 5
      backoff: 10s
      ignore:
        actions: [pull]
        mediatypes: [application/octet-stream]
`,
  quay: ({ url }) => `Quay: repository → Settings → Events and Notifications → Create Notification

  When this event occurs:  Push to Repository
  Then issue a:            Webhook POST
  Webhook URL:             ${url}
  POST JSON body template: (leave empty)
`,
  tekton: ({ url }) => `Tekton Pipelines, ConfigMap \`config-events\` in its namespace:

apiVersion: v1
kind: ConfigMap
metadata:
  name: config-events
  namespace: tekton-pipelines
data:
  formats: tektonv1
  sink: ${url}

The sink is one for the whole cluster: every pipeline in it speaks for this owner.
`,
  "github-package": ({
    url,
    secret,
  }) => `GitHub: repository or organisation → Settings → Webhooks → Add webhook

  Payload URL:  ${url}
  Content type: application/json
  Secret:       ${secret}
  SSL:          Enable SSL verification
  Events:       Let me select individual events → Registry packages (nothing else)
`,
  generic: ({ url, secret }) => `Any pipeline, after the push:

  TAGBOAT_HOOK_URL=${url}
  TAGBOAT_HOOK_SECRET=${secret}

body='{"image":"registry.example.com/team/app","tag":"v1.2.3","digest":"sha256:…"}'
signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$TAGBOAT_HOOK_SECRET" | sed 's/^.* //')
curl --fail-with-body -X POST "$TAGBOAT_HOOK_URL" \\
  -H 'Content-Type: application/json' -H "X-Signature: sha256=$signature" --data-raw "$body"

\`digest\` may be left out. Also read: "id" (the same for a repeated delivery), "at", "revision",
"sourceRepo", "run", "runUrl", "actor"; or {"images": ["name:tag@digest", …]} for several.
`,
};
