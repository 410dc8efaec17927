import type { SenderSettings } from "./sender-hook.ts";

/** Registries that a team runs itself. */
export const ownRegistrySettings = {
  distribution: ({ url, secret }) => `Docker Distribution, in its configuration file:

notifications:
  endpoints:
    - name: tagboat
      url: ${url}
      headers:
        Authorization: ["Bearer ${secret}"]
      timeout: 5s
      threshold: 5
      backoff: 10s
      ignore:
        actions: [pull]
        mediatypes: [application/octet-stream]

For Tagboat, once every registry sends the header (TAGBOAT_SOURCES):

sources:
  distribution:
    authorization: required
`,
  "gitlab-registry": ({
    url,
    secret,
  }) => `GitLab's bundled registry, in /etc/gitlab/gitlab.rb, then \`gitlab-ctl reconfigure\`:

registry['notifications'] = [
  {
    'name' => 'tagboat',
    'url' => '${url}',
    'timeout' => '5s',
    'threshold' => 5,
    'backoff' => '10s',
    'headers' => { "Authorization" => ["${secret}"] }
  }
]

The text is sent as it is: no Bearer before it. Where the list has an endpoint of GitLab's own, keep it.
`,
  quay: ({ url }) => `Quay: repository → Settings → Events and Notifications → Create Notification

  When this event occurs:  Push to Repository
  Then issue a:            Webhook POST
  Webhook URL:             ${url}
  POST JSON body template: (leave empty)
`,
  harbor: ({ url, secret }) => `Harbor: project → Webhooks → New Webhook

  Notify Type:             http
  Payload Format:          Default (CloudEvents is read as well)
  Event Type:              Artifact pushed (nothing else)
  Endpoint URL:            ${url}
  Auth Header:             ${secret}
  Verify Remote Certificate: yes
`,
  artifactory: ({ url, secret }) => `Artifactory: Administration → General → Webhooks → New Webhook

  URL:                     ${url}
  Secret token:            ${secret}
  Use secret for payload signing: yes
  Events:                  Docker → Tag was pushed; select the repositories

Without payload signing the token is sent as it is; Tagboat has to know that (TAGBOAT_SOURCES), as well as by which
name clusters pull, where it differs:

sources:
  artifactory:
    signing: token # only without payload signing
    registry_host: artifactory.example.com # where Artifactory has no custom base URL
    repo_key_map: { docker-dev-local: docker-virtual } # pushed to: pulled from
`,
  nexus: ({
    url,
    secret,
  }) => `Nexus Repository 3: Administration → System → Capabilities → Create → Webhook: Repository

  Repository:              the hosted Docker repository
  Event Types:             component (nothing else)
  URL:                     ${url}
  Secret Key:              ${secret}

Its events name no host. For Tagboat (TAGBOAT_SOURCES):

sources:
  nexus:
    registry_host: { docker-hosted: nexus.example.com:8082 } # repository: where clusters pull from
`,
  gitea: ({
    url,
    secret,
  }) => `Gitea or Forgejo: organisation → Settings → Webhooks → Add Webhook → Gitea (Forgejo)

  Target URL:              ${url}
  HTTP Method:             POST
  POST Content Type:       application/json
  Secret:                  ${secret}
  Trigger On:              Custom Events → Package (nothing else)
`,
  zot: ({ url, secret }) => `zot, in its configuration file:

  "extensions": {
    "events": {
      "enable": true,
      "sinks": [
        {
          "type": "http",
          "address": "${url}",
          "timeout": "10s",
          "credentials": { "token": "${secret}" }
        }
      ]
    }
  }

Its events name no host, unless \`source\` beside \`enable\` is the registry's URL. For Tagboat (TAGBOAT_SOURCES):

sources:
  zot:
    registry_host: zot.example.com # where clusters pull from
`,
  "openshift-imagestream": ({
    url,
  }) => `OpenShift: its registry notifies nobody. A watcher in the cluster, with the right to watch imagestreams:

oc get imagestreams -n team --watch --output-watch-events -o json | jq --unbuffered -c . |
  while read -r event; do
    printf %s "$event" | curl --fail -X POST -H 'Content-Type: application/json' --data-binary @- \\
      "${url}"
  done
`,
} as const satisfies Partial<SenderSettings>;
