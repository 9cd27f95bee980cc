/** What a stage of the tests reports to the runner when it has come to its end. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function isCounts(value: unknown): value is Counts {
  if (typeof value !== "object" || value === null) return false;
  const { passed, failed, skipped } = value as Record<keyof Counts, unknown>;
  return [passed, failed, skipped].every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
}

export function sum(all: readonly Counts[]): Counts {
  const total = (key: keyof Counts) => all.reduce((count, one) => count + one[key], 0);
  return { passed: total("passed"), failed: total("failed"), skipped: total("skipped") };
}

/** The plain line that `npm test` and the CI run close with. */
export function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Hands the counts to the runner and ends this stage, also if a test left a handle open. */
export function report(counts: Counts): void {
  const exit = () => process.exit(counts.failed > 0 ? 1 : 0);
  if (process.send) process.send(counts, exit);
  else exit();
}
