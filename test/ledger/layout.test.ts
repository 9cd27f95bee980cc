import assert from "node:assert/strict";
import { test } from "node:test";
import { type EventFragment, Interface } from "ethers";
import { accessGrantsArtifact } from "../../deploy/artifact.ts";
import { EVENT_LAYOUTS, LAYOUT_BY_TOPIC } from "../../indexer/ledger/layout.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";

/** The byte layouts that logs are sliced by, against the compiled ABI. */

const interfaces = {
  "the types in typechain-types": AccessGrants__factory.createInterface(),
  "the frozen artifact": new Interface(accessGrantsArtifact.abi as never),
};

/** Names of the data words in the ABI, by what the layout calls them. */
const namesInAbi = (kind: string): Record<string, string> => ({
  issuer: "issuer",
  seal: "seal",
  purpose: "purpose",
  code: kind === "GRANTED" ? "legalBasis" : "reason",
  record: "record",
  context: "context",
});

for (const [what, abi] of Object.entries(interfaces)) {
  const events: EventFragment[] = [];
  abi.forEachEvent((event) => void events.push(event));

  test(`there is a layout for every event of ${what}, and no other`, () => {
    assert.deepEqual(
      EVENT_LAYOUTS.map((layout) => layout.signature).sort(),
      events.map((event) => event.format("sighash")).sort(),
    );
    assert.deepEqual([...LAYOUT_BY_TOPIC.keys()].sort(), events.map((event) => event.topicHash).sort());
  });

  for (const layout of EVENT_LAYOUTS)
    test(`${layout.kind} lies as in ${what}`, () => {
      const event = events.find(({ topicHash }) => LAYOUT_BY_TOPIC.get(topicHash) === layout);
      assert.ok(event);
      assert.equal(event.name.toUpperCase(), layout.kind);
      assert.equal(event.anonymous, false);
      const [indexed, data] = [true, false].map((is) => event.inputs.filter((input) => input.indexed === is));
      assert.deepEqual(
        indexed?.map(({ name, baseType }) => [name, baseType]),
        [
          ["credential", "bytes32"],
          ["holder", "address"],
          ["grantee", "address"],
        ],
      );
      assert.equal(data?.length, layout.length);
      // Static types alone take one word each, in order.
      assert.deepEqual(
        data?.map(({ baseType }) => /^(address|bytes32|uint\d+)$/.test(baseType)),
        data?.map(() => true),
      );
      const names = namesInAbi(layout.kind);
      for (const [field, word] of Object.entries(layout.words))
        assert.equal(data?.[word]?.name, names[field], `word ${word} is ${field}`);
      assert.equal(Object.keys(layout.words).length, layout.length, "every word is read");
    });
}
