import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { Chores } from "../../src/store/chores.ts";
import type { Database } from "../../src/store/database.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A database that is away for so many statements. */
function away(statements: number): { database: Pick<Database, "query">; taken: string[] } {
  const taken: string[] = [];
  let left = statements;
  const database: Pick<Database, "query"> = {
    async query(_text, values = []) {
      left -= 1;
      if (left >= 0) throw new Error("read ECONNRESET");
      taken.push(String(values[0]));
      return [];
    },
  };
  return { database, taken };
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const chores = ["hooks", "index"].map((name) => ({ name, every: 1, run: async () => {} }));

test("chores are told to a store that is away for a moment, as soon as it answers", async () => {
  const { database, taken } = away(3);
  await new Chores(database, quiet).add(chores);
  expect(taken).toEqual([]);
  await jest.advanceTimersByTimeAsync(5000);
  expect(taken.sort()).toEqual(["hooks", "index"]);
});

test("who stops tells the store nothing more", async () => {
  const { database, taken } = away(2);
  const stopping = new Chores(database, quiet);
  await stopping.add(chores);
  stopping.stop();
  await jest.advanceTimersByTimeAsync(5000);
  expect(taken).toEqual([]);
});
