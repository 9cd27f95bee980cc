/** The table of chains, who governs on them, and how old logs and blocks are found through bounded nodes. */
import assert from "node:assert/strict";
import type { Log, Provider } from "ethers";
import hre from "hardhat";
import { describe, it } from "mocha";
import { chainRecord, rpcVariable } from "../../deploy/chainRecord.ts";
import { CHAINS, chainOf } from "../../deploy/chains.ts";
import { findCreation } from "../../deploy/creation.ts";
import { governedBy } from "../../deploy/governance.ts";
import { readLogs } from "../../deploy/logs.ts";
import { governanceFrom } from "../../deploy/parties.ts";
import { EXAMPLE_ADMIN } from "./anvils.ts";

const OTHER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

describe("chains", () => {
  it("holds each chain once, and all that are promised", () => {
    for (const values of [CHAINS.map((chain) => chain.chainId), CHAINS.map((chain) => chain.network)])
      assert.equal(new Set<unknown>(values).size, CHAINS.length);
    const main = [1, 42_161, 10, 8_453, 137, 100, 59_144, 534_352, 42_793];
    const test = [11_155_111, 421_614, 11_155_420, 84_532];
    const idsOf = (kind: string) => CHAINS.filter((chain) => chain.kind === kind).map(({ chainId }) => chainId);
    assert.deepEqual([idsOf("main"), idsOf("test")], [main, test]);
  });

  it("are the networks of Hardhat, with URL and key from outside", () => {
    for (const chain of CHAINS) {
      const network = hre.config.networks[chain.network];
      assert.ok(network?.type === "http", chain.network);
      assert.equal(network.chainId, chain.chainId);
      assert.equal(network.chainType, chain.chainType);
      assert.equal(chain.url === undefined, chain.kind !== "local", chain.network);
    }
    assert.equal(rpcVariable(chainOf("arbitrumSepolia")), "ARBITRUM_SEPOLIA_RPC_URL");
    assert.equal(rpcVariable(chainOf("polygon")), "POLYGON_RPC_URL");
  });

  it("refuse facts that cannot be", () => {
    const ethereum = chainOf("ethereum");
    const refused = (change: object) => assert.equal(chainRecord.safeParse({ ...ethereum, ...change }).success, false);
    assert.ok(chainRecord.safeParse(ethereum).success);
    refused({ chainId: 0 });
    refused({ receipts: "unknown" });
    refused({ deterministicDeployer: "yes" });
    refused({ explorer: "http://etherscan.io" });
    refused({ finality: { rule: "depth", typicalDepth: 0 } });
    refused({ finality: { ...ethereum.finality, typicalDepth: "some" } });
    refused({ l1FeeOracle: "0x420000000000000000000000000000000000000f" });
    refused({ rpc: "https://example.org" });
  });
});

describe("who governs", () => {
  const parties = {
    GRANTLEDGER_ADMIN: EXAMPLE_ADMIN.toLowerCase(),
    GRANTLEDGER_GUARDIAN: OTHER,
    GRANTLEDGER_REGISTRAR: OTHER,
    GRANTLEDGER_SUSPENDER: OTHER,
  };

  it("is said by the environment on public chains, with two days unless it says otherwise", () => {
    const { delays, ...given } = governanceFrom(parties, chainOf("sepolia"), OTHER);
    assert.deepEqual(given, { admin: EXAMPLE_ADMIN, guardian: OTHER, registrar: OTHER, suspender: OTHER });
    assert.deepEqual(delays, { registrar: 172_800, admin: 172_800, grant: 172_800, target: 172_800 });
    const hour = governanceFrom({ ...parties, GRANTLEDGER_DELAY: "3600" }, chainOf("sepolia"), OTHER);
    assert.deepEqual(hour.delays, { registrar: 3_600, admin: 3_600, grant: 3_600, target: 3_600 });
  });

  it("is never guessed there, and every problem is named", () => {
    const wrong = { GRANTLEDGER_ADMIN: `0x${"00".repeat(20)}`, GRANTLEDGER_GUARDIAN: OTHER, GRANTLEDGER_DELAY: "-1" };
    assert.throws(() => governanceFrom(wrong, chainOf("base"), OTHER), {
      name: "OperatorError",
      message: /ADMIN is 0x0+,[\s\S]*REGISTRAR is not given[\s\S]*SUSPENDER is not given[\s\S]*DELAY is -1/,
    });
  });

  it("is the deployer on a local chain, unless somebody is named", () => {
    assert.deepEqual(governanceFrom({}, chainOf("localhost"), EXAMPLE_ADMIN), governedBy(EXAMPLE_ADMIN));
    const named = governanceFrom({ GRANTLEDGER_SUSPENDER: OTHER }, chainOf("localhost"), EXAMPLE_ADMIN);
    assert.deepEqual(named, { ...governedBy(EXAMPLE_ADMIN), suspender: OTHER });
  });
});

describe("a node with bounds", () => {
  /** A node that gives the logs of at most `most` blocks at once, one log for each block. */
  function giving(most: number) {
    const asked: [number, number][] = [];
    const getLogs = async ({ fromBlock, toBlock }: { fromBlock: number; toBlock: number }) => {
      if (toBlock - fromBlock + 1 > most) throw new Error(`at most ${most} blocks`);
      asked.push([fromBlock, toBlock]);
      return Array.from({ length: toBlock - fromBlock + 1 }, (_, i) => ({ blockNumber: fromBlock + i }) as Log);
    };
    return { provider: { getLogs } as unknown as Provider, asked };
  }

  it("is asked for logs in ranges that it takes, none missing and none twice", async () => {
    for (const most of [1_000, 2_500, 100_000]) {
      const { provider } = giving(most);
      const logs = await readLogs(provider, {}, 7, 30_006);
      assert.deepEqual(
        logs.map(({ blockNumber }) => blockNumber),
        Array.from({ length: 30_000 }, (_, i) => 7 + i),
      );
    }
  });

  it("is given up where it takes too little, or would be asked too often", async () => {
    await assert.rejects(readLogs(giving(999).provider, {}, 0, 30_000), {
      name: "RetryableError",
      message: /at most 999/,
    });
    const { provider, asked } = giving(1_000);
    await assert.rejects(readLogs(provider, {}, 0, 1_000_000), /more than 200 questions/);
    assert.ok(asked.length <= 200);
  });

  it("tells the block of a recent creation though it keeps few old states", async () => {
    const head = 1_000_000;
    for (const created of [head, head - 1, head - 2, head - 60, head - 127]) {
      const getCode = async (_: string, block: number) => {
        if (block < head - 256) throw new Error("missing trie node");
        return block >= created ? "0x60" : "0x";
      };
      const getBlock = async (number: number) => ({ hash: `0x${number}`, prefetchedTransactions: [] });
      const provider = { getCode, getBlock, getBlockNumber: async () => head } as unknown as Provider;
      const { block, unknown } = await findCreation(provider, OTHER, "0x");
      assert.deepEqual([block, unknown], [created, undefined]);
    }
  });
});
