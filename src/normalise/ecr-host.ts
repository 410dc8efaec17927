/** The host of an account's registry; `null` where account or region is none. AWS's China regions have a domain of their own. */
export function ecrHost(account: string, region: string): string | null {
  if (!/^\d{12}$/.test(account) || !/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(region)) return null;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `${account}.dkr.ecr.${region}.${domain}`;
}
