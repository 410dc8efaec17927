import { type Reader, value } from "./reader.ts";

/** Where the store is. */
export interface StoreEnv {
  /** A PostgreSQL server, with its password: never to be shown; `null`: embedded, in the folder. */
  readonly databaseUrl: string | null;
  readonly dataFolder: string;
  /** Days for which what is done is kept. */
  readonly retentionDays: number;
}

const LONGEST_DAYS = 3650;

/** DATABASE_URL, TAGBOAT_DATA, TAGBOAT_RETENTION. */
export function readStore(reader: Reader): StoreEnv {
  return {
    databaseUrl: readDatabaseUrl(reader),
    dataFolder: value(reader, "TAGBOAT_DATA") ?? "data",
    retentionDays: readRetention(reader),
  };
}

function readDatabaseUrl(reader: Reader): string | null {
  const text = value(reader, "DATABASE_URL");
  if (text === null) return null;
  const isPostgres = /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
  if (!isPostgres) {
    reader.problems.push(
      "DATABASE_URL: write postgres://user:password@host:5432/database, with what is special in the password percent-encoded",
    );
  }
  return text;
}

function readRetention(reader: Reader): number {
  const text = value(reader, "TAGBOAT_RETENTION") ?? "30";
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > LONGEST_DAYS) {
    reader.problems.push(`TAGBOAT_RETENTION: write days, from 1 to ${LONGEST_DAYS}`);
  }
  return days;
}
