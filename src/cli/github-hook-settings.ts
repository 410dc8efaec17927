import type { SenderHook } from "./sender-hook.ts";

/** What to enter for a webhook of a GitHub repository or organisation. */
export function githubHook({ url, secret }: SenderHook, events: string): string {
  return `GitHub: repository or organisation → Settings → Webhooks → Add webhook

  Payload URL:  ${url}
  Content type: application/json
  Secret:       ${secret}
  SSL:          Enable SSL verification
  Events:       Let me select individual events → ${events} (nothing else)
`;
}
