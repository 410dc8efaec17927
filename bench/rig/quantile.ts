/**
 * The smallest value that at least `share` of the values do not exceed (nearest rank).
 *
 * @param share from 0 to 1.
 * @returns NaN of no values.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Three significant digits, for tables. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
