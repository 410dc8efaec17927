import { afterAll, beforeAll } from "@jest/globals";
import type { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openServerDatabase } from "../../src/store/server-database.ts";
import { sqlStoreContract } from "../contract/sql-store.contract.ts";
import { storeContract } from "../contract/store.contract.ts";
import { sqlStores } from "../support/sql-stores.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

let server: PostgresServer;
let database: Database;

beforeAll(async () => {
  server = await startPostgres();
  database = await openServerDatabase(server.url, () => {});
  await migrate(database);
});

afterAll(async () => {
  await database?.close();
  await server?.stop();
});

storeContract("PostgreSQL", () => sqlStores(database));
sqlStoreContract("PostgreSQL", () => database);
