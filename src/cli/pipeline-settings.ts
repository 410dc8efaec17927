import { githubHook } from "./github-hook-settings.ts";
import type { SenderSettings } from "./sender-hook.ts";

/** Pipelines, and senders that speak for other registries. */
export const pipelineSettings = {
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
  "github-workflow-run": (hook) => `${githubHook(hook, "Workflow runs")}
A run names no image. For Tagboat (TAGBOAT_SOURCES):

sources:
  github-workflow-run:
    images: { acme/app: [ghcr.io/acme/app] } # repo: what it builds
    workflows: [.github/workflows/build.yml] # default: all
    branches: [main] # default: the repo's default branch

and in the CD repo's config, for that image, \`tag:\` with the template that its tags are made by.
`,
  cdevents: ({ url }) => `Any emitter of CDEvents, over HTTP, binary or structured:

  sink:                    ${url}
  type:                    dev.cdevents.artifact.published.<version>
  subject.id:              pkg:oci/app@sha256%3A…?repository_url=registry.example.com/team/app&tag=v1.2.3

It sends no secret: the URL is the password.
`,
  cloudevents: ({ url, secret }) => `Any sender of CloudEvents, over HTTP, binary or structured:

curl --fail-with-body -X POST '${url}' \\
  -H 'Content-Type: application/cloudevents+json' -H 'X-Webhook-Secret: ${secret}' --data-raw '{
    "specversion": "1.0", "id": "1", "type": "container.image.push",
    "source": "https://registry.example.com",
    "data": { "repository": "team/app", "tag": "v1.2.3", "digest": "sha256:…" }
  }'
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

GitHub Actions and GitLab CI need no secret but the URL: -H "Authorization: Bearer $ID_TOKEN" in place of
X-Signature. For Tagboat (TAGBOAT_SOURCES):

sources:
  generic:
    oidc:
      - issuer: github # or gitlab, or the issuer's https URL
        audience: tagboat
        repository: acme/app
        workflow: .github/workflows/build.yml # GitLab: .gitlab-ci.yml
        ref: refs/heads/main # or a list; * for any characters
`,
} as const satisfies Partial<SenderSettings>;
