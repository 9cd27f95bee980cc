import pg from "pg";

/** What the API's pools of connections to the database have in common. */

/** Whoever finds none free in this time is told to come again. */
export const CONNECT_TIMEOUT_MS = 3_000;
/** The API has no reason to write, so the server is told to refuse it. */
export const READ_ONLY = "-c default_transaction_read_only=on";

const CLOSE_TIMEOUT_MS = 2_000;
const { builtins, getTypeParser } = pg.types;
const toBigInt = (text: string): bigint => BigInt(text);

/** int8 is exact as bigint; everything else as the driver has it. */
export const EXACT_TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === builtins.INT8 ? toBigInt : getTypeParser(oid, format ?? "text"),
};

/** Waits until all have ended, or not much longer: a connection in use must not keep the process. */
export async function endWithin(ended: readonly Promise<unknown>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  });
  await Promise.race([Promise.all(ended), bound]).finally(() => clearTimeout(timer));
}
