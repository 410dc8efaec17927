import { hookUrl } from "../../src/cli/hook-url.ts";

/**
 * The URL that a sender of the owner's images posts to, as `tagboat hook-url` prints it.
 *
 * @param variables of the app: TAGBOAT_SECRET and TAGBOAT_URL.
 * @throws when the command refuses.
 */
export async function hookUrlFor(
  source: string,
  owner: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await hookUrl.run([source, owner], {
    variables,
    out: (text) => void printed.push(text),
    err: (text) => void complaints.push(text),
  });
  const [url] = printed.join("").split("\n");
  if (code !== 0 || !url) throw new Error(`tagboat hook-url: ${complaints.join("")}`);
  return url;
}

/** A hook's URL is a password: fit to be shown without its token. */
export function withoutToken(url: string): string {
  return url.replace(/(\/hooks\/[^/]+\/[^/]+\/)[^/]+/, "$1…");
}
