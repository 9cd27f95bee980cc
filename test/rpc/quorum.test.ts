import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import fc from "fast-check";
import { fromHex, toBytes32, toHex } from "../../indexer/grants/bytes.ts";
import { RetryableError } from "../../indexer/ops/errors.ts";
import type { Header } from "../../indexer/rpc/answers.ts";
import { quorumTip, secondOpinion } from "../../indexer/rpc/quorum.ts";
import { agreedNumber, agreedTip, type Opinion } from "../../indexer/rpc/tips.ts";
import { checked } from "../support/property.ts";
import { hashOf, header } from "../sync/headers.ts";
import { type Asking, asking } from "./asking.ts";
import { answering, type HttpServer, refusing, startHttpServer } from "./servers.ts";

/** Several endpoints about one head: what they agree on, and what one alone cannot bring about. */

interface Node {
  /** Branch of each block, by number; the last one is the head. */
  branches: number[];
  finalized: number | undefined;
}

let servers: HttpServer[];
let nodes: Node[];
before(async () => {
  servers = await Promise.all([startHttpServer(), startHttpServer(), startHttpServer()]);
});
after(() => Promise.all(servers.map((server) => server.stop())));
beforeEach(() => {
  nodes = servers.map(() => ({ branches: new Array(20).fill(0), finalized: 5 }));
  for (const [i, server] of servers.entries()) {
    server.chainId = "0x5";
    server.answer = answering(({ method, params }) => {
      if (method !== "eth_getBlockByNumber") return "0x5";
      const { branches, finalized } = nodes[i] as Node;
      const [tag] = params as [string];
      if (tag === "latest") return wire(branches.length - 1, branches.at(-1) ?? 0);
      if (tag === "finalized" || tag === "safe") return finalized === undefined ? null : wire(finalized, 0);
      const branch = branches[Number(tag)];
      return branch === undefined ? null : wire(Number(tag), branch);
    });
  }
});

function wire(number: number, branch: number): unknown {
  const { hash, parentHash, time, logsBloom } = header(number, branch);
  const [hex, parent] = [toHex(hash), toHex(parentHash)];
  return {
    ...{ number: `0x${number.toString(16)}`, hash: hex, parentHash: parent },
    ...{ timestamp: `0x${time.toString(16)}`, logsBloom },
  };
}

const three = <T>(use: (asking: Asking) => Promise<T>): Promise<T> =>
  asking(
    servers.map(({ url }) => url),
    use,
  );
const tip = (quorum: number) =>
  three(async ({ client, observer, told }) => ({ ...(await quorumTip(client, quorum, observer, undefined)), told }));
const grow = (node: Node | undefined, branch: number, ...numbers: number[]): void => {
  for (const number of numbers) if (node) node.branches[number] = branch;
};

test("the newest block that enough of them have is the head", async () => {
  grow(nodes[0], 0, 20, 21);
  grow(nodes[1], 0, 20);
  assert.deepEqual(
    [(await tip(1)).head.number, (await tip(2)).head.number, (await tip(3)).head.number],
    [21n, 20n, 19n],
  );
});

test("no more is final than so many of them say", async () => {
  for (const [i, finalized] of [9, 7, 2].entries()) (nodes[i] as Node).finalized = finalized;
  assert.deepEqual(
    [(await tip(2)).finalized?.number, (await tip(3)).finalized?.number, (await tip(3)).safe?.number],
    [7n, 2n, 2n],
  );
  (nodes[2] as Node).finalized = undefined;
  assert.equal((await tip(3)).finalized, undefined);
  assert.equal((await tip(2)).finalized?.number, 7n);
});

test("one on a branch of its own is outvoted where there are enough others, and stops the chain where there are not", async () => {
  grow(nodes[0], 7, 17, 18, 19, 20);
  const { head } = await tip(2);
  assert.deepEqual([head.number, head.hash], [19n, hashOf(19, 0)]);
  await assert.rejects(
    three(async ({ client, observer, told }) => {
      try {
        return await quorumTip(client, 3, observer, undefined);
      } finally {
        assert.equal(told.disagreed.length, 1);
      }
    }),
    (error) => {
      assert.ok(error instanceof RetryableError);
      assert.match(error.message, /fewer than 3 endpoints agree on the newest block \(a: 0x\w+; (b, c|c, b): 0x\w+\)/);
      return true;
    },
  );
});

test("too few that answer: no head, and it says how many there were", async () => {
  for (const server of servers.slice(1)) server.answer = refusing({ code: 1, message: "syncing" });
  await assert.rejects(tip(2), /only 1 of the 2 endpoints of the quorum answered/);
});

test("what others say of a block that would undo some of ours", async () => {
  const opinion = (branch: number, quorum = 1) =>
    three(({ client, observer }) =>
      secondOpinion(client, "a", { number: 19n, hash: hashOf(19, branch) }, quorum, observer, undefined),
    );
  assert.equal(await opinion(0), "confirmed");
  assert.equal(await opinion(7), "denied");
  grow(nodes[1], 7, 18, 19);
  assert.equal(await opinion(7), "confirmed", "one more is enough");
  assert.equal(await opinion(7, 3), "denied", "unless more are asked for");
  assert.equal(await opinion(0, 2), "confirmed");
});

test("who lags, stands still or is away has no opinion; then two looks decide, unless a quorum is asked for", async () => {
  const opinion = (quorum = 1) =>
    three(({ client, observer }) =>
      secondOpinion(client, "a", { number: 19n, hash: hashOf(19, 7) }, quorum, observer, undefined),
    );
  for (const node of nodes.slice(1)) node.branches.length = 12;
  assert.equal(await opinion(), "none");
  assert.equal(await opinion(2), "denied");
  // b stands still on the old branch, while c went on with the new one.
  grow(nodes[1], 0, 12, 13, 14, 15, 16, 17, 18, 19);
  assert.equal(await opinion(), "denied");
  grow(nodes[2], 7, ...Array.from({ length: 18 }, (_, i) => 12 + i));
  assert.equal(await opinion(), "confirmed");
  for (const server of servers.slice(1)) server.answer = (_, response) => void response.destroy();
  assert.equal(await opinion(), "none");
  assert.equal(await opinion(2), "denied");
});

test("agreement by whatever votes: the head is one that enough have, and finality is never above their word", () => {
  const node = fc.record({ head: fc.integer({ min: 5, max: 30 }), branch: fc.nat(1), finalized: fc.nat(30) });
  checked(
    fc.property(fc.array(node, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 6 }), (all, quorum) => {
      const opinions: Opinion[] = all.map((one, i) => {
        const finalized = header(Math.min(one.finalized, one.head));
        return { name: String(i), tip: { head: header(one.head, one.branch), safe: finalized, finalized } };
      });
      const number = agreedNumber(opinions, quorum);
      if (quorum > all.length) return assert.equal(number, undefined);
      assert.ok(number !== undefined);
      const having = all.filter((one) => one.head >= Number(number)).length;
      assert.ok(having >= quorum);
      const at = new Map<string, Header>();
      for (const [i, one] of all.entries())
        if (one.head >= Number(number)) at.set(String(i), header(Number(number), one.branch));
      const votes = [0, 1].map((branch) => all.filter((one) => one.head >= Number(number) && one.branch === branch));
      const [most = []] = votes.toSorted((a, b) => b.length - a.length);
      if (most.length < quorum) return assert.throws(() => agreedTip(opinions, at, quorum), /fewer than/);
      const agreed = agreedTip(opinions, at, quorum);
      assert.ok(
        votes.some(
          (vote) =>
            vote.length >= quorum && toHex(header(Number(number), vote[0]?.branch).hash) === toHex(agreed.head.hash),
        ),
      );
      const final = Number(agreed.finalized?.number ?? -1n);
      assert.ok(all.filter((one) => Math.min(one.finalized, one.head) >= final).length >= quorum);
    }),
    500,
  );
});

test("two blocks of one height cannot both be final", () => {
  const opinions: Opinion[] = ["a", "b"].map((name, i) => ({
    name,
    tip: { head: header(9), safe: undefined, finalized: header(4, i) },
  }));
  const at = new Map(opinions.map(({ name, tip }) => [name, tip.head]));
  assert.equal(agreedTip(opinions, at, 2).finalized, undefined);
  assert.deepEqual(toBytes32(fromHex(toHex(agreedTip(opinions, at, 2).head.hash))), header(9).hash);
});
