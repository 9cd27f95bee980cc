import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Entry {
  readonly optionalDependencies?: Record<string, string>;
}

/**
 * npm writes only the platform packages it could see: from a registry that lacks some, or beside an existing install. A
 * lock file like that works where it was made, and `npm ci` refuses it or leaves native parts out elsewhere.
 */
const LOCKS = [
  "package-lock.json",
  ...["envio", "ponder", "subsquid"].map((one) => `bench/peers/${one}/package-lock.json`),
];

for (const file of LOCKS)
  test(`${file} holds the native packages of every platform, and no registry`, () => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    assert.doesNotMatch(text, /"resolved": "http/);
    const lock = JSON.parse(text) as { packages: Record<string, Entry> };
    const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter((name) => {
        const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
        return !places.some((place) => place in lock.packages);
      }),
    );
    assert.deepEqual(missing, [], "an npm install that could not see them left them out: add their entries again");
  });
