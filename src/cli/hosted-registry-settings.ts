import { githubHook } from "./github-hook-settings.ts";
import type { SenderSettings } from "./sender-hook.ts";

/** Registries that others run. */
export const hostedRegistrySettings = {
  dockerhub: ({ url }) => `Docker Hub: repository → Webhooks

  Webhook name:            tagboat
  Webhook URL:             ${url}

It sends no secret: the URL is the password. It tries once.
`,
  acr: ({ url, secret }) => `Azure Container Registry:

az acr webhook create --registry NAME --name tagboat --actions push \\
  --uri '${url}' \\
  --headers 'Authorization=${secret}'

It tries once.
`,
  aliyun: ({ url }) => `Alibaba Cloud Container Registry: repository → Triggers → Create

  Trigger URL:             ${url}
  Trigger:                 By RegExp or All

It sends no secret: the URL is the password. An Enterprise instance has a host of its own (TAGBOAT_SOURCES):

sources:
  aliyun:
    registry_host: acme-registry.cn-hangzhou.cr.aliyuncs.com
`,
  ecr: ({ url, secret }) => `Amazon ECR: EventBridge → API destinations → Create

  API destination endpoint: ${url}
  HTTP method:             POST
  Connection, authorization type: API key
    API key name:          X-Webhook-Secret
    Value:                 ${secret}

and a rule with this pattern, whose target is that destination, without an input transformer:

{
  "source": ["aws.ecr"],
  "detail-type": ["ECR Image Action"],
  "detail": { "action-type": ["PUSH"], "result": ["SUCCESS"], "image-tag": [{ "exists": true }] }
}
`,
  "ecr-sns": ({
    url,
  }) => `Amazon ECR by SNS: an EventBridge rule as for \`ecr\` whose target is a topic, and a subscription of the topic:

aws sns set-topic-attributes --topic-arn ARN --attribute-name SignatureVersion --attribute-value 2
aws sns subscribe --topic-arn ARN --protocol https \\
  --notification-endpoint '${url}'

Leave raw message delivery off: it is not signed. For Tagboat, before subscribing (TAGBOAT_SOURCES):

sources:
  ecr-sns:
    topics: [ARN] # only these are believed and confirmed
`,
  gar: ({ url }) => `Google Artifact Registry, which publishes to the topic \`gcr\`:

gcloud pubsub topics create gcr
gcloud iam service-accounts create tagboat-push
gcloud pubsub subscriptions create tagboat --topic gcr \\
  --push-endpoint '${url}' \\
  --push-auth-service-account tagboat-push@PROJECT.iam.gserviceaccount.com \\
  --push-auth-token-audience tagboat

For Tagboat (TAGBOAT_SOURCES):

sources:
  gar:
    audience: tagboat
    email: tagboat-push@PROJECT.iam.gserviceaccount.com
`,
  "github-package": (hook) => githubHook(hook, "Registry packages"),
  "github-registry-package": (hook) => githubHook(hook, "Registry packages"),
} as const satisfies Partial<SenderSettings>;
