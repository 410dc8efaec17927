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
const METADATA: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["169.254.0.0", 16, "ipv4"],
  ["168.63.129.16", 32, "ipv4"],
  ["100.100.100.200", 32, "ipv4"],
  ["fe80::", 10, "ipv6"],
  ["fd00:ec2::254", 128, "ipv6"],
];

const internal = new BlockList();
for (const [network, bits] of INTERNAL_V4) internal.addSubnet(network, bits, "ipv4");
for (const [network, bits] of INTERNAL_V6) internal.addSubnet(network, bits, "ipv6");
const metadata = new BlockList();
for (const [network, bits, family] of METADATA) metadata.addSubnet(network, bits, family);

/** Whether an IP address is private, loopback, link-local or otherwise not public. Text that is no address counts as internal. */
export function isInternalAddress(address: string): boolean {
  return isWithin(internal, address);
}

/** Whether an IP address may not be asked for anybody: link-local, or where clouds tell machines their secrets. */
export function isMetadataAddress(address: string): boolean {
  return isWithin(metadata, address);
}

function isWithin(list: BlockList, address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const version = isIP(bare);
  return version === 0 || list.check(bare, version === 6 ? "ipv6" : "ipv4");
}

/** Whether a host (with or without port) is this machine by its name alone. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}
