import type { Filter } from "../chain/node.ts";
import type { Answer, Call, RpcLog, RpcReceipt } from "../chain/rpc.ts";
import type { Fault, FaultClass, Place } from "./fault.ts";

/** Faults in what a node says about logs. */

type Alter = (logs: RpcLog[], filter: Filter) => unknown;

const onLogs = (call: Call, honest: Answer, alter: Alter, which: "range" | "hash" | "both" = "both"): Answer => {
  if (call.method !== "eth_getLogs" || !Array.isArray(honest.result)) return honest;
  const filter = call.params[0] as Filter;
  const asked = filter.blockHash === undefined ? "range" : "hash";
  return which === "both" || which === asked ? { result: alter(honest.result as RpcLog[], filter) } : honest;
};

const alteringLogs =
  (make: (place: Place) => Alter, which: "range" | "hash" | "both" = "both") =>
  (place: Place): Fault => {
    const alter = make(place);
    return { call: (call, honest) => onLogs(call, honest, alter, which) };
  };

/** Alters logs in the receipts as in the answers to eth_getLogs: a node that is consistently wrong. */
const alteringAll =
  (make: (place: Place) => (logs: RpcLog[]) => RpcLog[]) =>
  (place: Place): Fault => {
    const alter = make(place);
    return {
      call(call, honest) {
        if (call.method !== "eth_getBlockReceipts" || !Array.isArray(honest.result)) return onLogs(call, honest, alter);
        const receipts = honest.result as RpcReceipt[];
        return { result: receipts.map((receipt) => ({ ...receipt, logs: alter(receipt.logs) })) };
      },
    };
  };

/** The `logIndex` after a log's. */
const next = ({ logIndex }: RpcLog): string => `0x${(Number(logIndex) + 1).toString(16)}`;
const number = (log: RpcLog): number => Number(log.blockNumber);

/** Without the newest blocks' logs, as a node behind a balancer answers that does not have them yet. */
const laggingRange: FaultClass = {
  ...{ rows: [1], seenThroughBy: "LINKED", most: 6 },
  make: alteringLogs(({ chain, random }) => {
    const behind = 1 + random.int(3);
    return (logs) => logs.filter((log) => number(log) <= chain.head.number - behind);
  }, "range"),
};

/** `[]` for the hash of a block that it does not have: said now and then of any block. */
const emptyForHash: FaultClass = {
  ...{ rows: [2], seenThroughBy: "LINKED", most: 6 },
  make: alteringLogs(() => () => [], "hash"),
};

/** The newest block's logs are not in its index yet. */
const lateLogs: FaultClass = {
  ...{ rows: [3], seenThroughBy: "LINKED", most: 8 },
  make: alteringLogs(
    ({ chain }) =>
      (logs) =>
        logs.filter((log) => number(log) !== chain.head.number),
  ),
};

/** A log that was never said, in a block that there is. */
const phantomLogs: FaultClass = {
  ...{ rows: [4], seenThroughBy: "VERIFIED", most: 20 },
  make: alteringAll(({ random }) => {
    const topic = `0x${Buffer.from(random.bytes(32)).toString("hex")}`;
    return (logs) => {
      const last = logs.at(-1);
      if (last === undefined) return logs;
      return [...logs, { ...last, topics: [topic], data: "0x", logIndex: next(last) }];
    };
  }),
};

/** Every `logIndex` is too high by one. */
const shiftedLogIndex: FaultClass = {
  ...{ rows: [4], seenThroughBy: "VERIFIED", most: 20 },
  make: alteringAll(() => (logs) => logs.map((log) => ({ ...log, logIndex: next(log) }))),
};

/** One bit of what was said is another. */
const alteredData: FaultClass = {
  ...{ rows: [4], seenThroughBy: "VERIFIED", most: 20 },
  make: alteringAll(
    () => (logs) =>
      logs.map((log) =>
        log.data.length < 66 ? log : { ...log, data: `${log.data.slice(0, -1)}${log.data.endsWith("1") ? "2" : "1"}` },
      ),
  ),
};

/** Cut at the end of a block, which a bloom filter shows. */
const cutAfterBlock: FaultClass = {
  ...{ rows: [13], seenThroughBy: "LINKED", most: 6 },
  make: alteringLogs(({ random }) => {
    const kept = 1 + random.int(4);
    return (logs) => {
      const blocks = [...new Set(logs.map(number))].slice(0, kept);
      return logs.filter((log) => blocks.includes(number(log)));
    };
  }, "range"),
};

/** Cut in the middle of a block: only its receipts show that. */
const cutInBlock: FaultClass = {
  ...{ rows: [13], seenThroughBy: "VERIFIED", most: 20 },
  make: alteringLogs(() => (logs) => logs.slice(0, -1)),
};

/** Every log twice. */
const duplicateLogs: FaultClass = {
  ...{ rows: [17], seenThroughBy: "LINKED", most: 4 },
  make: alteringLogs(() => (logs) => logs.flatMap((log) => [log, log])),
};

const unorderedLogs: FaultClass = {
  ...{ rows: [17], seenThroughBy: "LINKED", most: 30 },
  make: alteringLogs(() => (logs) => logs.toReversed()),
};

/** Logs of everybody, whatever was asked for. */
const unfilteredLogs: FaultClass = {
  ...{ rows: [20], seenThroughBy: "LINKED", most: 4 },
  make: alteringLogs(({ random }) => {
    const address = `0x${Buffer.from(random.bytes(20)).toString("hex")}`;
    return (logs) => {
      const last = logs.at(-1);
      return last === undefined ? logs : [...logs, { ...last, address, logIndex: next(last) }];
    };
  }),
};

/** Marked as dropped, which is nonsense in an answer. */
const removedLogs: FaultClass = {
  ...{ rows: [14], seenThroughBy: "LINKED", most: 4 },
  make: alteringLogs(() => (logs) => logs.map((log) => ({ ...log, removed: true }))),
};

/** `null` where a list is due. */
const nullLogs: FaultClass = {
  ...{ rows: [11], seenThroughBy: "LINKED", most: 4 },
  make: alteringLogs(() => () => null),
};

/** Logs of a branch that was left, under its own hashes. */
const otherBranchLogs: FaultClass = {
  ...{ rows: [2, 9], seenThroughBy: "LINKED", most: 6 },
  make: alteringLogs(({ random }) => {
    const hash = `0x${Buffer.from(random.bytes(32)).toString("hex")}`;
    return (logs) => logs.map((log, i) => (i === logs.length - 1 ? { ...log, blockHash: hash } : log));
  }),
};

export const LOG_FAULTS = {
  ...{ laggingRange, emptyForHash, lateLogs, phantomLogs, shiftedLogIndex, alteredData, cutAfterBlock, cutInBlock },
  ...{ duplicateLogs, unorderedLogs, unfilteredLogs, removedLogs, nullLogs, otherBranchLogs },
};
