import assert from "node:assert/strict";
import { test } from "node:test";
import { HiddenEventError } from "../../indexer/ledger/changes.ts";
import { DatabaseAwayError } from "../../indexer/ledger/databaseError.ts";
import { type Disbelief, disbeliefOf } from "../../indexer/ops/disbelief.ts";
import { BugError, OperatorError, RetryableError } from "../../indexer/ops/errors.ts";
import { MalformedAnswerError } from "../../indexer/rpc/answers.ts";
import { RpcError, TransportError } from "../../indexer/rpc/errors.ts";

test("only what was said and not believed counts as a failure of verification", () => {
  const cases: [error: unknown, expected: Disbelief | undefined][] = [
    [new MalformedAnswerError("expected a block", 7), "malformed"],
    [new HiddenEventError({ transactionHash: "0x1", blockNumber: 1n }, "change 3"), "hidden_event"],
    [new RetryableError("the node's block 2 does not link to its block 1"), "contradiction"],
    [new TransportError("no answer"), undefined],
    [new RpcError("refused", -32000), undefined],
    [new DatabaseAwayError("the database did not take the write"), undefined],
    [new OperatorError("another chain"), undefined],
    [new BugError("an invariant"), undefined],
    ["nothing", undefined],
  ];
  for (const [error, expected] of cases) assert.equal(disbeliefOf(error), expected, String(error));
});
