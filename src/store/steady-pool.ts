import pg from "pg";
import { codeOf } from "./store-problem.ts";

/** graphile-worker tries again what failed with `cannot_connect_now`, for hours; what failed in another way ends the process. */
const TRY_AGAIN = "57P03";

/**
 * A pool for graphile-worker, to which a lost connection is a reason to try again. Its own list of such reasons has none of those
 * that a restart of the server gives.
 */
export function createSteadyPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  const connect = pool.connect.bind(pool);
  // Two overloads: with a callback, and with a promise.
  pool.connect = ((callback?: Parameters<typeof connect>[0]) => {
    if (callback === undefined) return connect().catch(rejectPassing);
    return connect((error, client, release) => {
      callback(error === undefined ? undefined : passing(error), client, release);
    });
  }) as typeof pool.connect;
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((...given: unknown[]) => {
      const answer = query(...given);
      return answer instanceof Promise ? answer.catch(rejectPassing) : answer;
    }) as typeof client.query;
  });
  return pool;
}

function rejectPassing(error: unknown): never {
  throw error instanceof Error ? passing(error) : error;
}

/** The same fault; one of the connection under the code that is tried again. */
function passing(error: Error): Error {
  const code = codeOf(error);
  // Classes 08 and 57P: connection exceptions, shutdowns. Without an SQLSTATE it came from the socket.
  const ofServer = /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code);
  return ofServer ? error : Object.assign(error, { code: TRY_AGAIN });
}
