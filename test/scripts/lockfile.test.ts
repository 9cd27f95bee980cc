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
test("package-lock.json holds the native packages of every platform", () => {
  const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as {
    packages: Record<string, Entry>;
  };
  const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter((name) => {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      return !places.some((place) => place in lock.packages);
    }),
  );
  assert.deepEqual(missing, [], "an npm install that could not see them left them out: add their entries again");
});
