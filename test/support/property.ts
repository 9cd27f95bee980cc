import fc from "fast-check";

/** Seed of this run: given by GRANTLEDGER_SEED, else of the moment. Printed with every failure, with the line to repeat it. */
const SEED = Number(process.env["GRANTLEDGER_SEED"] ?? Date.now() % 2 ** 31);

/** Runs a property; a failure names the seed and how to run it again. */
export function checked<T>(property: fc.IProperty<T>, runs = 300): void {
  report(fc.check(property, { seed: SEED, numRuns: runs }));
}

/** The same for a property that waits. */
export async function checkedAsync<T>(property: fc.IAsyncProperty<T>, runs = 100): Promise<void> {
  report(await fc.check(property, { seed: SEED, numRuns: runs }));
}

function report<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const again = `GRANTLEDGER_SEED=${SEED} node --test ${process.argv[1]}`;
  throw new Error(`${fc.defaultReportMessage(details)}\nagain: ${again}`, { cause: details.errorInstance });
}

/** A seed for tests that draw their own numbers. */
export const seed = (): number => SEED;
