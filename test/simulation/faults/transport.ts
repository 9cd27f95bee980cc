import { type Filter, HonestNode } from "../chain/node.ts";
import type { Call } from "../chain/rpc.ts";
import type { HttpAnswer } from "../chain/server.ts";
import type { FaultClass, Place } from "./fault.ts";

/** Faults of the way to a node: limits, silence, another chain behind the address. */

const always = (answer: HttpAnswer, rows: readonly number[], most = 4): FaultClass => ({
  ...{ rows, seenThroughBy: "LINKED", most },
  make: () => ({ request: () => answer }),
});

const tooManyRequests = always(
  { type: "http", status: 429, body: "too many requests", headers: { "retry-after": "0" } },
  [12],
);
const unavailable = always({ type: "http", status: 503, body: "<html>try later</html>" }, [12]);
const noBody = always({ type: "http", status: 200, body: "" }, [12]);
/** Nobody is there: silence is not another chain. */
const dead = always({ type: "reset" }, [15], 6);
const hangs = always({ type: "hang" }, [12], 1);

/** A limit told in an answer with status 200. */
const rateError: FaultClass = {
  ...{ rows: [12], seenThroughBy: "LINKED", most: 4 },
  make: () => ({
    call: () => ({ error: { code: -32005, message: "Your app has exceeded its compute units per second capacity" } }),
  }),
};

const rangeOf = ({ method, params }: Call): number | undefined => {
  const filter = params[0] as Filter | undefined;
  if (method !== "eth_getLogs" || filter?.fromBlock === undefined || filter.toBlock === undefined) return undefined;
  return Number(filter.toBlock) - Number(filter.fromBlock) + 1;
};

/** A range of many blocks is refused. */
const rangeCap: FaultClass = {
  ...{ rows: [13], seenThroughBy: "LINKED", most: 40 },
  make({ random }) {
    const cap = 1 + random.int(4);
    return {
      call: (call, honest) =>
        (rangeOf(call) ?? 0) > cap
          ? { error: { code: -32602, message: `query exceeds max block range ${cap}` } }
          : honest,
    };
  },
};

/** An answer with many logs is refused. */
const sizeCap: FaultClass = {
  ...{ rows: [13], seenThroughBy: "LINKED", most: 40 },
  make({ random }) {
    const cap = 3 + random.int(10);
    return {
      call: (call, honest) =>
        (rangeOf(call) ?? 0) > 1 && Array.isArray(honest.result) && honest.result.length > cap
          ? { error: { code: -32005, message: `query returned more than ${cap} results` } }
          : honest,
    };
  },
};

/** Another chain's node answers under the same address. */
const wrongChain: FaultClass = {
  ...{ rows: [15], seenThroughBy: "LINKED", most: 12 },
  make({ foreign }: Place) {
    const node = new HonestNode(foreign);
    return { call: (call) => node.answer(call) };
  },
};

/** The answers of a batch in another order, by id still the right ones. */
const shuffledBatch: FaultClass = {
  ...{ rows: [17], seenThroughBy: "LINKED", most: 10 },
  make: () => ({ shuffles: true }),
};

const lostAnswer: FaultClass = {
  ...{ rows: [12], seenThroughBy: "LINKED", most: 3 },
  make: () => ({
    batch: (answers) => answers.map((answer, i) => (i === 0 && answers.length > 1 ? undefined : answer)),
  }),
};

export const TRANSPORT_FAULTS = {
  ...{ tooManyRequests, unavailable, noBody, dead, hangs, rateError, rangeCap, sizeCap, wrongChain },
  ...{ shuffledBatch, lostAnswer },
};
