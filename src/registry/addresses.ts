import { BlockList, isIP } from "node:net";

// IANA's special-purpose registries: what is not the public internet. A webhook must not make us read from there.
const INTERNAL_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // A public number, but what every machine of one cloud has for its host.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
];
// The last four carry an IPv4 address inside.
const INTERNAL_V6: readonly (readonly [string, number])[] = [
  ["::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 32],
  ["2002::", 16],
  ["2001::", 32],
];
// What tells a machine of its own cloud account: no registry is ever there, whatever a name says that an operator listed.
const METADATA_V4: readonly (readonly [string, number])[] = [
  ["169.254.0.0", 16],
  ["168.63.129.16", 32],
  ["100.100.100.200", 32],
];
const METADATA_V6: readonly (readonly [string, number])[] = [
  ["fe80::", 10],
  ["fd00:ec2::254", 128],
  ["::ffff:169.254.0.0", 112],
  ["::ffff:168.63.129.16", 128],
  ["::ffff:100.100.100.200", 128],
];

/** One list for each family: against a list with IPv4-mapped networks in it, Node finds every IPv4 address. */
interface Networks {
  readonly v4: BlockList;
  readonly v6: BlockList;
}

function networks(
  v4: readonly (readonly [string, number])[],
  v6: readonly (readonly [string, number])[],
): Networks {
  const lists = { v4: new BlockList(), v6: new BlockList() };
  for (const [network, bits] of v4) lists.v4.addSubnet(network, bits, "ipv4");
  for (const [network, bits] of v6) lists.v6.addSubnet(network, bits, "ipv6");
  return lists;
}

const internal = networks(INTERNAL_V4, INTERNAL_V6);
const metadata = networks(METADATA_V4, METADATA_V6);

/** Whether an IP address is private, loopback, link-local or otherwise not public. Text that is no address counts as internal. */
export function isInternalAddress(address: string): boolean {
  return isWithin(internal, address);
}

/** Whether an IP address may not be asked for anybody: link-local, or where clouds tell machines their secrets. */
export function isMetadataAddress(address: string): boolean {
  return isWithin(metadata, address);
}

function isWithin({ v4, v6 }: Networks, address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const version = isIP(bare);
  if (version === 0) return true;
  return version === 6 ? v6.check(bare, "ipv6") : v4.check(bare, "ipv4");
}

/** Whether a host (with or without port) is this machine by its name alone. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}
