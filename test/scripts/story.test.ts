import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { Interface } from "ethers";
import { accessGrantsArtifact } from "../../deploy/artifact.ts";
import { deploySuite } from "../../deploy/deploy.ts";
import { toHex } from "../../indexer/grants/bytes.ts";
import { grantId } from "../../indexer/grants/ids.ts";
import type { DemoChain } from "../../scripts/demo/chains.ts";
import { checkQuery } from "../../scripts/demo/queries.ts";
import * as acts from "../../scripts/demo/story/acts.ts";
import { grantCall, type Subject, send } from "../../scripts/demo/story/calls.ts";
import { castOf, issueCredential } from "../../scripts/demo/story/cast.ts";
import { Everyday } from "../../scripts/demo/story/everyday.ts";
import { replaceBlocksFrom } from "../../scripts/demo/story/reorg.ts";
import type { Telling } from "../../scripts/demo/story/telling.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { LINKED } from "../support/reading.ts";

const contract = new Interface(JSON.stringify(accessGrantsArtifact.abi));
// Of `GrantState` in contracts/types/GrantRecord.sol.
const ACTIVE = 2n;
const RETAINED = 3n;
const ENDED = 4n;

describe("the story", () => {
  const folder = mkdtempSync(join(tmpdir(), "grantledger-story-"));
  const nodes: TestAnvil[] = [];
  const told: string[] = [];
  let telling: Telling;

  before(async () => {
    const a = await chain(31_337, "A");
    const b = await chain(31_338, "B");
    telling = {
      cast: await castOf(a.provider),
      chains: [a, b],
      tell: ({ name }, sentence) => void told.push(`${name}: ${sentence}`),
      untilIndexed: async () => {},
      stop: new AbortController().signal,
    };
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => void told.splice(0));

  /** A chain that mines every transaction at once. */
  async function chain(chainId: number, name: string): Promise<DemoChain> {
    const node = await startAnvil({ chainId });
    nodes.push(node);
    await node.send("evm_setAutomine", true);
    const { provider, url } = node;
    provider.pollingInterval = 20;
    const { suite } = await deploySuite({ signer: await provider.getSigner(9), chainId, directory: folder });
    const contract = suite.accessGrants.address;
    const config = { chainId: BigInt(chainId), name, rpc: [url], pollIntervalMs: 20, contracts: [], reading: LINKED };
    return { chainId: BigInt(chainId), name, url, provider, contract, config, stop: node.stop, kill() {} };
  }

  async function stateOf({ provider, contract: to }: DemoChain, { credential, grantee, purpose }: Subject) {
    const id = toHex(grantId(credential.ref, grantee.address, purpose));
    const answer = await provider.call({ to, data: contract.encodeFunctionData("stateOf", [id]) });
    return contract.decodeFunctionResult("stateOf", answer)[0] as bigint;
  }

  it("goes from active over revoked to released, on the chains it says", async () => {
    const [a, b] = telling.chains;
    const opening = await acts.open(telling);
    assert.deepEqual([await stateOf(a, opening.ana), await stateOf(a, opening.ben)], [ACTIVE, ACTIVE]);
    await acts.grantOnSecondChain(telling, opening);
    assert.deepEqual([await stateOf(a, opening.ben), await stateOf(b, opening.ben)], [ACTIVE, ACTIVE]);
    await acts.revoke(telling, opening);
    assert.equal(await stateOf(a, opening.ana), RETAINED);
    await acts.release(telling, opening);
    assert.deepEqual([await stateOf(a, opening.ben), await stateOf(b, opening.ben)], [ACTIVE, ENDED]);
    assert.deepEqual(
      told.map((line) => line.slice(0, 2)),
      ["A:", "A:", "B:", "A:", "B:"],
    );
  });

  it("tells a new story at every start", async () => {
    const first = await acts.open(telling);
    const second = await acts.open(telling);
    assert.notDeepEqual(first.ana.credential.ref, second.ana.credential.ref);
  });

  it("prints a query about the grant that it has just made", async () => {
    const { ana } = await acts.open(telling);
    assert.match(
      checkQuery(ana),
      new RegExp(`credential: "${toHex(ana.credential.ref)}", grantee: "${ana.grantee.account}"`),
    );
  });

  it("replaces the blocks of a grant by others in which it never happened", async () => {
    const { cast, chains } = telling;
    const [, b] = chains;
    const credential = issueCredential(cast.issuer, cast.holders[0]);
    const lost = { credential, grantee: cast.institutions[0], purpose: acts.DUE_DILIGENCE };
    const instead = { ...lost, grantee: cast.institutions[1] };
    const { blockNumber, blockHash } = await send(b, grantCall(lost, acts.BY_LAW));
    await b.provider.send("anvil_mine", ["0x2"]);
    assert.equal(await stateOf(b, lost), ACTIVE);
    assert.equal(await replaceBlocksFrom(b, blockNumber, grantCall(instead, acts.BY_LAW)), 3);
    assert.notEqual((await b.provider.getBlock(blockNumber))?.hash, blockHash);
    assert.deepEqual([await stateOf(b, lost), await stateOf(b, instead)], [0n, ACTIVE]);
  });

  it("leaves a block alone that is too deep for a reorg", async () => {
    const [, b] = telling.chains;
    const { blockNumber, blockHash } = await send(b, grantCall((await acts.open(telling)).ben, acts.BY_LAW));
    await b.provider.send("anvil_mine", ["0x5"]);
    const call = grantCall((await acts.open(telling)).ana, acts.BY_LAW);
    assert.equal(await replaceBlocksFrom(b, blockNumber, call), 0);
    assert.equal((await b.provider.getBlock(blockNumber))?.hash, blockHash);
  });

  it("goes on with everyday acts that the contract accepts", async () => {
    const everyday = new Everyday();
    for (let i = 0; i < 40; i++) await everyday.act(telling);
    assert.equal(told.length, 40);
    assert.ok(told.some((line) => line.includes("lets")) && told.some((line) => /revokes|gives up/.test(line)));
  });
});
