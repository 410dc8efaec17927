import type { Row } from "./database.ts";

/** A column that is never null. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw wrong(column, value);
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}

/** A whole number. Columns of type bigint come as text from one driver and as numbers from the other. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  const read = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof read !== "number" || !Number.isFinite(read)) throw wrong(column, value);
  return read;
}

export function dateOf(row: Row, column: string): Date {
  const value = row[column];
  if (!(value instanceof Date)) throw wrong(column, value);
  return value;
}

export function dateOrNull(row: Row, column: string): Date | null {
  return row[column] === null ? null : dateOf(row, column);
}

/** Text as PostgreSQL can keep it: it knows no NUL. */
export function storable(text: string): string {
  return text.replaceAll("\0", "\ufffd");
}

function wrong(column: string, value: unknown): Error {
  return new Error(`column ${column} of the store holds no such value: ${typeof value}`);
}
