import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { toAddress } from "../../indexer/grants/bytes.ts";
import type { RawLog } from "../../indexer/rpc/answers.ts";
import { createChainReader } from "../../indexer/rpc/chainReader.ts";
import { header, logAt, saidByLogs } from "../sync/headers.ts";
import { asking } from "./asking.ts";
import {
  type HttpServer,
  type Request,
  resultsOf,
  type SocketServer,
  startHttpServer,
  startSocketServer,
} from "./servers.ts";

/** Megabytes of logs, as they come over the wire: over both transports, among other answers, right and broken. */

const CONTRACTS = [toAddress(new Uint8Array(20).fill(0xc0))];
const [FROM, TO] = [1, 40];
const LOGS: RawLog[] = Array.from({ length: 3_000 }, (_, i) => ({
  ...logAt(FROM + Math.floor((i * TO) / 3_000), 0, i),
  topics: [`0x${i.toString(16).padStart(64, "0")}`],
  data: `0x${"5a".repeat(i % 300)}`,
}));

let http: HttpServer;
let socket: SocketServer;
before(async () => {
  [http, socket] = await Promise.all([startHttpServer(), startSocketServer()]);
});
after(() => Promise.all([http.stop(), socket.stop()]));

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;
function block(number: number): unknown {
  const { hash, parentHash, time, logsBloom } = header(number);
  const text = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
  return { number: hex(number), hash: text(hash), parentHash: text(parentHash), timestamp: hex(time), logsBloom };
}
const wire = (log: RawLog): object => ({
  ...log,
  ...{ transactionIndex: hex(log.transactionIndex), logIndex: hex(log.logIndex), blockNumber: hex(log.blockNumber) },
});
const result = ({ method, params }: Request): unknown =>
  method === "eth_getBlockByNumber" ? block(Number(params[0])) : LOGS.map(wire);
const textOf = (calls: readonly Request[]): string => {
  const answers = resultsOf(calls, result);
  return JSON.stringify(calls.length === 1 ? answers[0] : answers);
};

async function read(urls: readonly string[]): Promise<{ headers: number; logs: RawLog[] }> {
  return asking(urls, async ({ client, observer }) => {
    const reader = createChainReader(client, CONTRACTS, { observer });
    const [headers, logs] = await Promise.all([
      reader.headers(BigInt(FROM), BigInt(TO)),
      reader.logs(BigInt(FROM), BigInt(TO)),
    ]);
    return { headers: headers.length, logs: saidByLogs(logs) };
  });
}

test("over HTTP and over a WebSocket they are what was sent, and so are the headers beside them", async () => {
  http.answer = (calls, response) => response.end(textOf(calls));
  socket.result = result;
  for (const url of [http.url, socket.url]) {
    const { headers, logs } = await read([url]);
    assert.equal(headers, TO - FROM + 1);
    assert.deepEqual(logs, LOGS);
  }
});

/** Each breaks one log, deep in the list. */
const BROKEN: Readonly<Record<string, (text: string) => string>> = {
  "a log without its block": (text) =>
    text.replace(`"logIndex":"${hex(2_000)}","blockNumber"`, `"logIndex":"${hex(2_000)}","b"`),
  "data that is not hex": (text) =>
    text.replace(
      `${hex(2_000).slice(2).padStart(64, "0")}"],"data":"0x5a`,
      `${hex(2_000).slice(2).padStart(64, "0")}"],"data":"0xzz`,
    ),
  "no JSON in the middle": (text) => text.replace(`"logIndex":"${hex(2_000)}"`, `"logIndex":${hex(2_000)}`),
  "cut off": (text) => text.slice(0, text.indexOf(`"logIndex":"${hex(2_000)}"`)),
  "a removed log": (text) => text.replace(`"logIndex":"${hex(2_000)}"`, `"removed":true,"logIndex":"${hex(2_000)}"`),
};
for (const [name, broken] of Object.entries(BROKEN))
  test(`${name}: nothing of that answer is taken, and another endpoint is asked`, async () => {
    const other = await startHttpServer((calls, response) => response.end(textOf(calls)));
    let times = 0;
    try {
      http.answer = (calls, response) => {
        const text = textOf(calls);
        const asked = calls.some(({ method }) => method === "eth_getLogs");
        if (asked) times++;
        if (asked) assert.notEqual(broken(text), text, "the test breaks nothing");
        response.end(asked ? broken(text) : text);
      };
      const { logs } = await read([http.url, other.url]);
      assert.deepEqual(logs, LOGS);
      // Which of the two is asked first is left to chance, so this one is asked alone as well.
      times = 0;
      await assert.rejects(read([http.url]));
      assert.ok(times > 0);
    } finally {
      await other.stop();
    }
  });
