import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

/**
 * Compares numbers with the committed ones in `snapshots/`. A difference is not wrong by itself, but somebody has to look
 * at it: `UPDATE_SNAPSHOTS=1` writes the new ones, and the change then shows in the review.
 */
export function assertSnapshot(name: string, actual: Record<string, number | string>): void {
  const file = new URL(`../../snapshots/${name}.json`, import.meta.url);
  if (process.env["UPDATE_SNAPSHOTS"] === "1") {
    writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`);
    return;
  }
  const committed: Record<string, number | string> = JSON.parse(readFileSync(file, "utf8"));
  const keys = new Set([...Object.keys(committed), ...Object.keys(actual)]);
  const drift = [...keys]
    .filter((key) => committed[key] !== actual[key])
    .map((key) => `  ${key}: committed ${committed[key] ?? "nothing"}, now ${actual[key] ?? "nothing"}`);
  assert.ok(
    drift.length === 0,
    `snapshots/${name}.json is out of date:\n${drift.join("\n")}\nIf this is meant, run the test with UPDATE_SNAPSHOTS=1`,
  );
}
