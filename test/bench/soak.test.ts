import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ChainLoad } from "../../bench/soak/chainLoad.ts";
import { soakPlot } from "../../bench/soak/plot.ts";
import type { Sample } from "../../bench/soak/sampler.ts";
import { difference, soak } from "../../bench/soak/soak.ts";
import { connect } from "../support/ledger.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";

let postgres: TestPostgres;
let chain: ChainLoad;

before(async () => {
  postgres = await startTestPostgres();
  chain = await ChainLoad.start({ chainId: 31337, seed: seed(), blockMs: 100, reorgMs: 1_000 });
});
after(async () => {
  await chain?.rest();
  await Promise.all([chain?.traffic.anvil.stop(), postgres?.stop()]);
});

test("a short soak ends with a ledger that is what the chain says, and a row too few is found", async () => {
  const databaseUrl = await postgres.createDatabase();
  const seen: Sample[] = [];
  const { samples, differences } = await soak([chain], databaseUrl, {
    minutes: 0.1,
    everyMs: 500,
    signal: new AbortController().signal,
    onSample: (one) => seen.push(one),
  });
  assert.deepEqual(differences, [], `seed ${seed()}`);
  assert.deepEqual(samples, seen);
  assert.ok(chain.reorgs > 0 && samples.length > 0);
  assert.equal(chain.lag(chain.head).blocks, 0);
  assert.equal(chain.lag(chain.head - 3).blocks, 3);

  const client = await connect(databaseUrl);
  try {
    const { rowCount } = await client.query(
      "DELETE FROM access_grant WHERE ctid = (SELECT min(ctid) FROM access_grant)",
    );
    assert.equal(rowCount, 1);
  } finally {
    await client.end();
  }
  assert.match(await difference(chain, databaseUrl), /grants are the fold of the live events/);
});

test("the plot has a line for memory, events and size, and one for the lag of each chain", () => {
  const samples = [0, 1, 2].map((minutes) => ({
    ...{ minutes, rssMb: 100 + minutes, cpuSeconds: 1, databaseMb: 9, events: 10 * minutes },
    lags: [
      { blocks: 0, seconds: 0 },
      { blocks: 1, seconds: 0.2 * minutes },
    ],
  }));
  const lines = soakPlot(samples, ["a", "b"]).match(/class="line"/g);
  assert.equal(lines?.length, 5);
});
