import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Interface, id } from "ethers";
import { readCall, SCHEDULABLE } from "../../indexer/api/scheduledCall.ts";
import { fromHex } from "../../indexer/grants/bytes.ts";
import { ABI } from "./suite.ts";

describe("scheduled calls", () => {
  it("are those that the compiled contracts have", () => {
    const known = new Interface(SCHEDULABLE);
    const compiled = [ABI.EntityRegistry, ABI.AccessManager].flatMap((abi) =>
      abi.fragments.flatMap((fragment) =>
        fragment.type === "function" &&
        "stateMutability" in fragment &&
        fragment.stateMutability !== "view" &&
        fragment.stateMutability !== "pure"
          ? [fragment.format("sighash")]
          : [],
      ),
    );
    const wanted = [...new Set(compiled)].sort();
    // Scheduling and consuming a schedule cannot themselves be scheduled to any purpose.
    const without = wanted.filter((one) => !/^(schedule|consumeScheduledOp|renounceRole)\(/.test(one));
    assert.deepEqual(known.fragments.map((fragment) => fragment.format("sighash")).sort(), without);
  });

  it("whatever the bytes, reading them answers", async () => {
    const selectors = new Interface(SCHEDULABLE).fragments.map((fragment) =>
      id(fragment.format("sighash")).slice(0, 10),
    );
    for (const selector of selectors)
      for (const rest of ["", "00".repeat(31), "ff".repeat(64), `${"00".repeat(31)}20${"ff".repeat(96)}`]) {
        const call = await readCall(fromHex(`${selector}${rest}`));
        assert(call === undefined || call.name.length > 0);
      }
  });

  it("a text that is no UTF-8 is shown as one that cannot be read", async () => {
    const label = ABI.AccessManager.encodeFunctionData("labelRole", [7, "ABCD"]).replace("41424344", "41ff4344");
    const call = await readCall(fromHex(label));
    assert.deepEqual(
      call?.arguments.map(({ name, value }) => [name, value]),
      [
        ["roleId", "7"],
        ["label", "\ufffd"],
      ],
    );
  });
});
