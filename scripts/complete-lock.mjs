// Adds to package-lock.json the optional packages for other platforms that npm left out, because the registry it asked
// does not carry them: without an entry for each, `npm ci` refuses the lock file everywhere. Run after every `npm install`.
import { readFileSync, writeFileSync } from "node:fs";

const OS = [
  "android",
  "darwin",
  "freebsd",
  "linux",
  "openharmony",
  "win32",
  "aix",
  "sunos",
  "netbsd",
  "openbsd",
];
const CPU = [
  "arm64",
  "x64",
  "arm",
  "ppc64",
  "s390x",
  "ia32",
  "riscv64",
  "loong64",
  "mips64el",
  "wasm32",
];
const LIBC = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (found(path, name) || !/^\d+\.\d+\.\d+/.test(version)) continue;
    lock.packages[`node_modules/${name}`] = platformEntry(name, version, entry);
    added += 1;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} optional packages added to package-lock.json`);

/** Whether node would find `name` from the package at `path`, by the lock file. */
function found(path, name) {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf("node_modules/")).replace(/\/$/, "")) {
    if (Object.hasOwn(lock.packages, `${at === "" ? "" : `${at}/`}node_modules/${name}`))
      return true;
    if (at === "") return false;
  }
}

/** An entry as npm writes it, but for the integrity, which only the package itself tells. */
function platformEntry(name, version, parent) {
  const words = name.slice(name.lastIndexOf("/") + 1).split("-");
  const entry = { version, ...(parent.dev === true ? { dev: true } : {}), optional: true };
  const os = OS.filter((one) => words.includes(one));
  const cpu = CPU.filter((one) => words.includes(one));
  const libc = [...new Set(words.flatMap((word) => LIBC[word] ?? []))];
  if (cpu.length > 0) entry.cpu = cpu;
  if (os.length > 0) entry.os = os;
  if (os.includes("linux") && libc.length > 0) entry.libc = libc;
  return entry;
}
