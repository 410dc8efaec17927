const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A length of time as people write it (`90s`, `90m`, `65h`, `2d`, `1h30m`) in milliseconds; `null` when it is none, or more than a year. */
export function parseDuration(text: string): number | null {
  if (!/^(\d{1,6}[smhd])+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smhd])/g)) {
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  }
  return total <= 366 * 86_400_000 ? total : null;
}

/** A length of time as `parseDuration` reads it, in its largest whole units: `1h30m`. Parts of a second are dropped. */
export function renderDuration(milliseconds: number): string {
  let left = Math.max(0, Math.floor(milliseconds / 1000) * 1000);
  const parts: string[] = [];
  for (const [unit, length] of Object.entries(UNITS).reverse()) {
    const amount = Math.floor(left / length);
    left -= amount * length;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return parts.join("") || "0s";
}
