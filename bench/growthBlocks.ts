import { toBytes32 } from "../indexer/grants/bytes.ts";
import type { Extension } from "../indexer/ledger/writer.ts";
import type { Header } from "../indexer/rpc/answers.ts";
import { LogPacker } from "../indexer/rpc/packedLog.ts";
import type { TimedLog } from "../indexer/sync/attach.ts";
import { blockAfter, hexOf, logsOfBlock, type SyntheticSize, timeOf, transactionHashOf } from "./synthetic/block.ts";
import { CONTRACT } from "./synthetic/events.ts";

/** The blocks of a synthetic chain one after the other, as the sync room would hand them to the writer. */
export class GrowthBlocks {
  readonly #size: SyntheticSize;
  #hash: Buffer = Buffer.alloc(32);
  #next = 1;

  constructor(eventsPerBlock: number) {
    this.#size = { blocks: Number.MAX_SAFE_INTEGER, eventsPerBlock };
  }

  /** @param caughtUp as the last of them is to be seen. */
  take(count: number, caughtUp: boolean): Extension {
    const headers: Header[] = [];
    const logs: TimedLog[] = [];
    for (const last = this.#next + count; this.#next < last; this.#next++) {
      const { header, logs: its } = this.#make(this.#next);
      headers.push(header);
      for (const log of its) logs.push(log);
    }
    return { headers, logs, view: this.view(caughtUp) };
  }

  view(caughtUp: boolean): Extension["view"] {
    const number = BigInt(this.#next - 1);
    const final = number > 64n ? number - 64n : 0n;
    const time = BigInt(Math.floor(Date.now() / 1000));
    return { head: { number, time }, safeNumber: final, finalizedNumber: final, caughtUp };
  }

  #make(number: number): { header: Header; logs: TimedLog[] } {
    const block = blockAfter(this.#hash, number, this.#size);
    const header = {
      number: BigInt(number),
      hash: toBytes32(block.hash),
      parentHash: toBytes32(this.#hash),
      time: timeOf(number),
      logsBloom: String(block.header["logsBloom"]),
    };
    this.#hash = block.hash;
    const [blockHash, transactionHash] = [hexOf(block.hash), hexOf(transactionHashOf(number))];
    const packer = new LogPacker(this.#size.eventsPerBlock);
    const logs = logsOfBlock(number, this.#size).map(({ topics, data }, i) => {
      const log = {
        ...{ address: hexOf(CONTRACT), topics: topics.map(hexOf), data: hexOf(data) },
        ...{ transactionHash, transactionIndex: 0, logIndex: i, blockNumber: header.number, blockHash },
      };
      return { log: packer.pack(log) ?? log, blockTime: header.time, verification: "LINKED" as const };
    });
    return { header, logs };
  }
}
