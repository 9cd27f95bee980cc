import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRandom, type Random } from "../support/random.ts";
import { KnownTraffic } from "./knownTraffic.ts";
import { SUITE, type World } from "./world.ts";

/** Two chains on which anything happens, rollbacks too; and their reports, read as a client would. */
export class ReportTraffic {
  readonly #world: World;
  readonly #random: Random;
  readonly #traffics = new Map<bigint, KnownTraffic>();
  rollbacks = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#random = createRandom(seed);
  }

  async play(steps: number): Promise<void> {
    const { chains } = this.#world;
    for (const chainId of [1n, 2n])
      if (!chains.has(chainId)) {
        await this.#world.chain(chainId, `Chain ${chainId}`, SUITE);
        this.#traffics.set(chainId, new KnownTraffic(this.#random));
      }
    for (let step = 0; step < steps; step++) {
      this.#world.now += BigInt(1 + this.#random.int(6));
      const chainId = BigInt(1 + this.#random.int(2));
      const [chain, traffic] = [chains.get(chainId), this.#traffics.get(chainId)];
      assert(chain !== undefined && traffic !== undefined);
      if (chain.height > 4n && this.#random.chance(0.12)) {
        await chain.rollback(chain.height - 1n - BigInt(this.#random.int(2)));
        traffic.rollback(chain.height);
        this.rollbacks += 1;
      } else {
        const time = this.#world.now > chain.time ? this.#world.now : chain.time;
        traffic.mined((await chain.mine(time, traffic.events(time))).number);
      }
    }
    // Both are heard of now, so that every question about the past has an answer.
    for (const chain of chains.values()) await chain.mine(this.#world.now, []);
    for (const [chainId, traffic] of this.#traffics) traffic.mined(chains.get(chainId)?.height ?? 0n);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: rows are looked into by tests, each of which knows its report.
export type Row = any;

/** A whole report as JSONL, its manifest held against it. */
export async function rowsOf(world: World, path: string): Promise<{ rows: Row[]; manifest: Row; text: string }> {
  const response = await fetch(`${world.api.url}${path}`);
  const text = await response.text();
  assert.equal(response.status, 200, `${path}: ${text}`);
  return { ...parseJsonl(text), text };
}

export function parseJsonl(text: string): { rows: Row[]; manifest: Row } {
  const lines = text.split("\n");
  assert.equal(lines.pop(), "");
  const last = lines.pop() ?? "";
  const before = text.slice(0, text.length - last.length - 1);
  const { manifest } = JSON.parse(last);
  assert.equal(manifest.rows, lines.length);
  assert.equal(manifest.bytes, Buffer.byteLength(before));
  assert.equal(manifest.sha256, createHash("sha256").update(before).digest("hex"));
  const counts = Object.values(manifest.counts as Record<string, number>).reduce((a, b) => a + b, 0);
  assert.equal(counts, lines.length);
  return { rows: lines.map((line) => JSON.parse(line)), manifest };
}
