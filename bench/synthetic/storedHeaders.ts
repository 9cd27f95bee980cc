import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BENCH_CACHE } from "../folders.ts";
import { blockAfter, type SyntheticSize } from "./block.ts";
import { makeHeaders, SyntheticChain } from "./chain.ts";

/** The chain of that size, its headers made once and read again by every later run. */
export function storedChain(size: SyntheticSize): SyntheticChain {
  mkdirSync(BENCH_CACHE, { recursive: true });
  // The first blocks change with whatever made them changes.
  const first = blockAfter(Buffer.alloc(32), 1, size).hash;
  const version = createHash("sha256").update(first).digest("hex").slice(0, 12);
  const file = join(BENCH_CACHE, `synthetic-${size.blocks}x${size.eventsPerBlock}-${version}.jsonl`);
  if (!existsSync(file)) {
    writeFileSync(`${file}.unfinished`, [...makeHeaders(size)].join("\n"));
    renameSync(`${file}.unfinished`, file);
  }
  return new SyntheticChain(size, readFileSync(file, "utf8").split("\n"));
}
