import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Whoever checks evidence runs the room that defines it, and nothing of what made it. */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a file loads: imports that are types alone vanish when it is run. */
function loads(path: string): string[] {
  const source = readFileSync(path, "utf8");
  const statements = source.matchAll(/^(?:import|export)\s(?!type\s)(?:[^"';]*?\sfrom\s)?"([^"]+)";$/gms);
  const dynamic = source.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g);
  return [...statements, ...dynamic].map(([, from]) => from ?? "");
}

/** Every file and package that is loaded when a file is run. */
function graph(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    const name = relative(ROOT, path);
    if (files.has(name)) return;
    files.add(name);
    for (const from of loads(path))
      if (from.startsWith(".")) visit(resolve(dirname(path), from));
      else packages.add(from);
  };
  visit(resolve(ROOT, entry));
  return { files, packages };
}

/** Pure ids, records and codes; and the names of errors, which themselves load nothing. */
const ALLOWED = /^indexer\/(?:evidence|grants)\/\w+\.ts$|^indexer\/ops\/errors\.ts$/;

test("verifyBundle loads the evidence room and pure ids, and packages that know nothing of us", () => {
  const { files, packages } = graph("indexer/evidence/verifyBundle.ts");
  for (const file of files) assert.match(file, ALLOWED);
  assert.ok(
    files.has("indexer/evidence/proof.ts") && files.has("indexer/evidence/statement.ts"),
    "the graph is walked",
  );
  assert.deepEqual([...packages].sort(), ["@noble/hashes/sha3.js", "hash-wasm", "zod"]);
  assert.ok(!files.has("indexer/evidence/askNode.ts"), "nothing is asked of a node unasked");
  assert.deepEqual(loads(resolve(ROOT, "indexer/ops/errors.ts")), []);
});

test("the command adds itself, and Node's own modules to read a file and its arguments", () => {
  const { files, packages } = graph("scripts/verifyEvidence.ts");
  const own = /^scripts\/(?:verifyEvidence|evidence\/\w+|terminal\/output)\.ts$/;
  for (const file of files) assert.ok(ALLOWED.test(file) || own.test(file), file);
  for (const name of packages)
    assert.ok(name.startsWith("node:") || ["@noble/hashes/sha3.js", "hash-wasm", "zod"].includes(name), name);
  for (const module of ["node:net", "node:http", "node:https", "node:child_process"]) assert.ok(!packages.has(module));
});

test("nothing but the file that asks a node reaches the network", () => {
  const { files } = graph("scripts/verifyEvidence.ts");
  const reaching = [...files].filter((file) =>
    /\bfetch\(|WebSocket|XMLHttpRequest/.test(readFileSync(resolve(ROOT, file), "utf8")),
  );
  assert.deepEqual(reaching, ["indexer/evidence/askNode.ts"]);
});

test("the walk would notice the server's code", () => {
  const { files } = graph("indexer/api/queries/evidence.ts");
  assert.ok([...files].some((file) => !ALLOWED.test(file)));
});
