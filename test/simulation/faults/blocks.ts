import { HonestNode, logsOf } from "../chain/node.ts";
import type { Answer, Call, RpcBlock, RpcLog, RpcReceipt } from "../chain/rpc.ts";
import type { Fault, FaultClass, Place } from "./fault.ts";

/** Faults in what a node says about blocks: its head, its branch, its finality, its receipts. */

const blockIn = ({ method }: Call, { result }: Answer): RpcBlock | undefined =>
  method.startsWith("eth_getBlockBy") && typeof result === "object" && result !== null
    ? (result as RpcBlock)
    : undefined;

const anyHash = (place: Place): string => `0x${Buffer.from(place.random.bytes(32)).toString("hex")}`;

/** Some blocks behind, in everything. */
const laggingNode: FaultClass = {
  ...{ rows: [1, 6], seenThroughBy: "LINKED", most: 12 },
  make({ chain, random }) {
    const behind = new HonestNode(chain, 1 + random.int(4));
    return { call: (call) => behind.answer(call) };
  },
};

/** Two nodes behind one name, one of them behind, each call to another one; that one says `[]` for what it lacks. */
const balancer: FaultClass = {
  ...{ rows: [1, 2, 6, 11], seenThroughBy: "LINKED", most: 12 },
  make({ chain, random }) {
    const behind = new HonestNode(chain, 1 + random.int(3));
    let turn = 0;
    return {
      call(call, honest) {
        if (turn++ % 2 === 0) return honest;
        const answer = behind.answer(call);
        return call.method === "eth_getLogs" && answer.error !== undefined ? { result: [] } : answer;
      },
    };
  },
};

/** Its newest block is of a branch of its own, another one at every look: one look is not a reorg. */
const falseHead: FaultClass = {
  ...{ rows: [6], seenThroughBy: "LINKED", most: 4 },
  make: (place) => ({
    call(call, honest) {
      const block = blockIn(call, honest);
      if (block === undefined || block.hash !== place.chain.head.hash) return honest;
      return { result: { ...block, hash: anyHash(place), parentHash: anyHash(place) } };
    },
  }),
};

/** It starts again from far below what was final. */
const syncing: FaultClass = {
  ...{ rows: [6], seenThroughBy: "LINKED", most: 6 },
  make({ chain, random }) {
    const behind = new HonestNode(chain, Math.max(0, chain.head.number - random.int(chain.startBlock + 1)));
    return { call: (call) => behind.answer(call) };
  },
};

/** No block where one is due. */
const nullBlocks: FaultClass = {
  ...{ rows: [11], seenThroughBy: "LINKED", most: 5 },
  make: ({ random }) => ({
    call: (call, honest) => (blockIn(call, honest) !== undefined && random.chance(0.5) ? { result: null } : honest),
  }),
};

const nullReceipts: FaultClass = {
  ...{ rows: [11], seenThroughBy: "LINKED", most: 5 },
  make: () => ({ call: (call, honest) => (call.method === "eth_getBlockReceipts" ? { result: null } : honest) }),
};

/** Finality goes back, or is not told. */
const forgetsFinality: FaultClass = {
  ...{ rows: [5], seenThroughBy: "LINKED", most: 8 },
  make: ({ chain, random }) => ({
    call(call, honest) {
      if (call.params[0] !== "finalized" && call.params[0] !== "safe") return honest;
      if (random.chance(0.3)) return { result: null };
      if (random.chance(0.3)) return { error: { code: -39001, message: "Unknown block" } };
      return new HonestNode(chain).answer({ method: call.method, params: ["0x0", false] });
    },
  }),
};

/** Blooms that say all, nothing, or anything. */
const wrongBloom: FaultClass = {
  ...{ rows: [16], seenThroughBy: "LINKED", most: 10 },
  make({ random }) {
    const bloom = random.pick([`0x${"ff".repeat(256)}`, `0x${"00".repeat(256)}`]);
    return {
      call(call, honest) {
        const block = blockIn(call, honest);
        return block === undefined ? honest : { result: { ...block, logsBloom: bloom } };
      },
    };
  },
};

/** Nothing is said of one block's logs anywhere, nor in its bloom: only its hash tells. */
const hiddenLogs: FaultClass = {
  ...{ rows: [2, 4], seenThroughBy: "VERIFIED", most: 40 },
  make({ chain }) {
    const from = chain.head.number;
    const hidden = (log: RpcLog): boolean => Number(log.blockNumber) >= from;
    return {
      call(call, honest) {
        const block = blockIn(call, honest);
        if (block !== undefined && Number(block.number) >= from)
          return { result: { ...block, logsBloom: `0x${"00".repeat(256)}` } };
        if (!Array.isArray(honest.result)) return honest;
        if (call.method === "eth_getLogs") return { result: (honest.result as RpcLog[]).filter((log) => !hidden(log)) };
        if (call.method !== "eth_getBlockReceipts") return honest;
        const receipts = honest.result as RpcReceipt[];
        return { result: receipts.map((one) => ({ ...one, logs: one.logs.filter((log) => !hidden(log)) })) };
      },
    };
  },
};

/** The receipts of the block before. */
const othersReceipts: FaultClass = {
  ...{ rows: [4], seenThroughBy: "VERIFIED", most: 6 },
  make({ chain }) {
    const node = new HonestNode(chain);
    return {
      call(call, honest) {
        const block = call.method === "eth_getBlockReceipts" ? chain.block(String(call.params[0])) : undefined;
        return block === undefined ? honest : node.answer({ method: call.method, params: [block.parentHash] });
      },
    };
  },
};

/** A header field that is not the one that was hashed. */
const alteredHeader: FaultClass = {
  ...{ rows: [4], seenThroughBy: "VERIFIED", most: 6 },
  make: () => ({
    call(call, honest) {
      const block = blockIn(call, honest);
      if (block === undefined || block["timestamp"] === undefined) return honest;
      return { result: { ...block, timestamp: `0x${(BigInt(String(block["timestamp"])) + 1n).toString(16)}` } };
    },
  }),
};

/** All the digits of all hex are upper-case, addresses included. */
const upperCase: FaultClass = {
  ...{ rows: [21], seenThroughBy: "LINKED", most: 40 },
  make: (): Fault => ({
    call: (_, honest) =>
      JSON.parse(JSON.stringify(honest).replace(/"0x[0-9a-f]*"/g, (text) => `"0x${text.slice(3).toUpperCase()}`)),
  }),
};

/** What a node that has lost its index of logs shows when asked for them: an error, while its blocks are right. */
const unknownLogs: FaultClass = {
  ...{ rows: [2, 11], seenThroughBy: "LINKED", most: 4 },
  make: ({ chain }) => ({
    call(call, honest) {
      if (call.method !== "eth_getLogs" || logsOf(chain.head).length === 0) return honest;
      return { error: { code: -32000, message: "header not found" } };
    },
  }),
};

export const BLOCK_FAULTS = {
  ...{ laggingNode, balancer, falseHead, syncing, nullBlocks, nullReceipts, forgetsFinality, wrongBloom, hiddenLogs },
  ...{ othersReceipts, alteredHeader, upperCase, unknownLogs },
};
