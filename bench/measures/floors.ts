import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { request } from "undici";
import { connected, type World } from "./world.ts";

/** What no indexer on this machine can be faster than, one after the other, in seconds. */
export interface Floors {
  readonly fetchLogs: number;
  readonly parseJson: number;
  readonly copyWithPrimaryKey: number;
}

const BLOCKS_PER_RANGE = 100;
const headers = { "content-type": "application/json" };

export async function measureFloors({ chain, postgres }: World): Promise<Floors> {
  const { anvil, startBlock, contract } = chain;
  const head = Number(await anvil.send("eth_blockNumber"));
  const texts: string[] = [];
  const fetching = performance.now();
  for (let from = startBlock; from <= head; from += BLOCKS_PER_RANGE) {
    const hex = (block: number): string => `0x${block.toString(16)}`;
    const filter = {
      fromBlock: hex(from),
      toBlock: hex(Math.min(head, from + BLOCKS_PER_RANGE - 1)),
      address: contract,
    };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getLogs", params: [filter] });
    texts.push(await (await request(anvil.url, { method: "POST", headers, body })).body.text());
  }
  const parsing = performance.now();
  const lines: string[] = [];
  const parsed = texts.map((text) => JSON.parse(text) as { result: { topics: string[]; data: string }[] });
  const copying = performance.now();
  for (const { result } of parsed)
    for (const { topics, data } of result)
      lines.push(`${lines.length}\t\\\\${topics[1]?.slice(1)}\t\\\\${data.slice(1)}\n`);
  const encoded = performance.now();
  await connected(await postgres.createDatabase(), async (client) => {
    await client.query("CREATE TABLE floor (seq int8 PRIMARY KEY, credential bytea, data bytea)");
    const stream = client.query(copyFrom("COPY floor FROM STDIN"));
    await pipeline(Readable.from(grouped(lines)), stream);
  });
  const done = performance.now();
  return {
    fetchLogs: (parsing - fetching) / 1000,
    parseJson: (copying - parsing) / 1000,
    copyWithPrimaryKey: (done - encoded) / 1000,
  };
}

function* grouped(lines: readonly string[]): Generator<string> {
  for (let i = 0; i < lines.length; i += 1000) yield lines.slice(i, i + 1000).join("");
}
