import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import type { Database } from "../../src/store/database.ts";
import { openEmbeddedDatabase } from "../../src/store/embedded-database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { sqlStoreContract } from "../contract/sql-store.contract.ts";
import { storeContract } from "../contract/store.contract.ts";
import { sqlStores } from "../support/sql-stores.ts";

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tagboat-store-"));
  database = await openEmbeddedDatabase(folder, (problem) => {
    throw problem;
  });
  await migrate(database);
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

storeContract("embedded", () => sqlStores(database));
sqlStoreContract("embedded", () => database);
