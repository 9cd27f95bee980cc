import type { EventRow } from "../../support/ledger.ts";
import { type ChainTruth, type ExpectedEvent, expectedFrom } from "../../support/truth.ts";
import { isOurs, placed, type SealedBlock } from "../chain/block.ts";
import type { FakeChain } from "../chain/chain.ts";
import { isEvent } from "../model/said.ts";

/** What the ledger has to hold of a chain, from what the model said: nothing of it was decoded from logs. */
export function truthOf(chain: FakeChain): ChainTruth {
  return {
    chainId: chain.chainId,
    blocks: chain.canonical.map(({ number, hash, parentHash, time }) => ({
      ...{ number: BigInt(number), hash, parent_hash: parentHash, time },
    })),
    safe: BigInt(chain.safe),
    finalized: BigInt(chain.finalized),
    events: chain.canonical.flatMap(eventsOf),
  };
}

export function eventsOf(block: SealedBlock): ExpectedEvent[] {
  return placed(block)
    .filter(isOurs)
    .map(({ said, log, transaction, transactionIndex, logIndex }) =>
      expectedFrom(
        {
          block_number: BigInt(block.number),
          ...{ block_hash: block.hash, block_time: block.time, tx_index: transactionIndex, log_index: logIndex },
          ...{ tx_hash: transaction.hash, address: log.address, topics: log.topics, data: log.data },
        },
        isEvent(said) ? said : undefined,
      ),
    );
}

/** Which word of the chain a row is about. */
export const identityOf = (row: Pick<EventRow, "block_hash" | "tx_index" | "log_index">): string =>
  `${row.block_hash}/${row.tx_index}/${row.log_index}`;
