/** Signatures made off-chain as wallets make them, by a key and by a Safe, and the digests as the contracts see them. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import {
  AbiCoder,
  Contract,
  ContractFactory,
  concat,
  type InterfaceAbi,
  id,
  TypedDataEncoder,
  Wallet,
  ZeroAddress,
} from "ethers";
import hre from "hardhat";
import { beforeEach, describe, it } from "mocha";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { SIGNED_TYPES, typedData } from "../../indexer/grants/typedData.ts";
import { deploySuite, type GrantRequest, signTyped } from "./suite.ts";

const START = Date.UTC(2030, 0, 1) / 1000;
const DAY = 24 * 3600;
const DEADLINE = START + DAY;
const require = createRequire(import.meta.url);

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

const published = (path: string): Artifact =>
  require(`@safe-global/safe-smart-account/build/artifacts/contracts/${path}`);

describe("signatures made off-chain", () => {
  let world: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    world = await start();
  });

  async function start() {
    const connection = await hre.network.create({
      network: "default",
      override: { initialDate: new Date(START * 1000).toISOString() },
    });
    const chainId = connection.networkConfig.chainId ?? 31337;
    const suite = await deploySuite(connection);
    const { grantee, issuer } = suite.accounts;
    const request: GrantRequest = {
      issuer: issuer.address,
      seal: id("seal"),
      grantee: grantee.address,
      purpose: 1,
      legalBasis: 3,
      notBefore: 0,
      expiresAt: START + 100 * DAY,
      lockedUntil: 0,
      retention: 10 * DAY,
      allowOnward: true,
      context: id("context"),
    };
    const revocation = { issuer: issuer.address, seal: request.seal, grantee: grantee.address, purpose: 1, reason: 2 };
    return { connection, chainId, ...suite, request, revocation };
  }

  const stateOf = async (holder: string): Promise<bigint> => {
    const { grants, request } = world;
    const credential = await grants.credentialRefOf(holder, request.issuer, request.seal);
    return await grants.stateOf(await grants.grantIdOf(credential, request.grantee, request.purpose));
  };

  it("of a key grant, revoke and end everywhere", async () => {
    const { grants, accounts, addresses, chainId, request, revocation } = world;
    const holder = Wallet.createRandom().address;
    const wallet = new Wallet(id("a key of this test"));
    const sign = (type: "Grant" | "Revoke" | "RevokeEverywhere", message: Record<string, string | number | boolean>) =>
      signTyped(wallet, type, addresses.AccessGrants, chainId, { holder: wallet.address, ...message });
    const relayed = grants.connect(accounts.relayer);

    const grant = await sign("Grant", { ...request, sequence: 0, deadline: DEADLINE });
    await assert.rejects(relayed.grantWithSig(holder, request, 0, DEADLINE, grant), /AccessGrantsInvalidSignature/);
    await (await relayed.grantWithSig(wallet.address, request, 0, DEADLINE, grant)).wait();
    assert.equal(await stateOf(wallet.address), 2n);
    const revoke = await sign("Revoke", { ...revocation, sequence: 1, deadline: DEADLINE });
    await (await relayed.revokeWithSig(wallet.address, revocation, 1, DEADLINE, revoke)).wait();
    assert.equal(await stateOf(wallet.address), 3n);

    const again = await sign("Grant", { ...request, sequence: 2, deadline: DEADLINE });
    await (await relayed.grantWithSig(wallet.address, request, 2, DEADLINE, again)).wait();
    const { timestamp } = (await world.connection.ethers.provider.getBlock("latest")) ?? assert.fail("no block");
    const everywhere = await sign("RevokeEverywhere", { ...revocation, issuedAt: timestamp });
    assert.equal(
      await relayed.revokeEverywhereWithSig.staticCall(wallet.address, revocation, timestamp, everywhere),
      true,
    );
    await (await relayed.revokeEverywhereWithSig(wallet.address, revocation, timestamp, everywhere)).wait();
    assert.equal(await stateOf(wallet.address), 3n);
  });

  it("of an issuer's key anchor and revoke a credential", async () => {
    const { credentials, entities, accounts, addresses, chainId } = world;
    const wallet = new Wallet(id("an issuer's key of this test"));
    const details = { kinds: 1, jurisdiction: "0x4445", lei: `0x${"00".repeat(20)}`, name: "Example", uri: "" };
    await (await entities.register(wallet.address, details)).wait();
    const relayed = credentials.connect(accounts.relayer);
    const anchor = {
      holder: accounts.holder.address,
      seal: id("seal"),
      credentialType: id("type"),
      validFrom: START,
      validUntil: START + DAY,
      replaces: `0x${"00".repeat(32)}`,
    };
    const sign = (type: "AnchorCredential" | "RevokeCredential", message: Record<string, string | number | boolean>) =>
      signTyped(wallet, type, addresses.CredentialRegistry, chainId, { issuer: wallet.address, ...message });
    const anchored = await sign("AnchorCredential", anchor);
    await (await relayed.anchorWithSig(wallet.address, anchor, anchored)).wait();
    const credential = await world.grants.credentialRefOf(anchor.holder, wallet.address, anchor.seal);
    assert.equal(await credentials.statusOf(credential), 1n);
    const revoked = await sign("RevokeCredential", { holder: anchor.holder, seal: anchor.seal, reason: 4 });
    await (await relayed.revokeWithSig(wallet.address, anchor.holder, anchor.seal, 4, revoked)).wait();
    assert.equal(await credentials.statusOf(credential), 6n);
  });

  it("are over the digest that the contract names when it refuses one", async () => {
    const { grants, accounts, addresses, chainId, request } = world;
    const message = { holder: accounts.holder.address, ...request, sequence: 0, deadline: DEADLINE };
    const { domain, types } = typedData("Grant", parseAddress(addresses.AccessGrants), BigInt(chainId), message);
    const { EIP712Domain: _, ...messageTypes } = types;
    const digest = TypedDataEncoder.hash(domain, messageTypes as Parameters<typeof TypedDataEncoder.hash>[1], message);
    const call = grants.grantWithSig.staticCall(accounts.holder.address, request, 0, DEADLINE, `0x${"11".repeat(65)}`);
    await assert.rejects(call, (error: { message: string }) => {
      assert.ok(error.message.includes(accounts.holder.address) && error.message.includes(digest), error.message);
      return true;
    });
  });

  it("are typed as ethers encodes the types", () => {
    for (const [name, { encoded }] of Object.entries(SIGNED_TYPES)) {
      const message = Object.fromEntries(
        encoded
          .slice(encoded.indexOf("(") + 1, -1)
          .split(",")
          .map((field) => [field.split(" ")[1] ?? "", 0]),
      );
      const { types } = typedData(name as keyof typeof SIGNED_TYPES, parseAddress(ZeroAddress), 1n, message);
      const { EIP712Domain: _, ...messageTypes } = types;
      const encoder = TypedDataEncoder.from(messageTypes as Parameters<typeof TypedDataEncoder.from>[0]);
      assert.equal(encoder.encodeType(name), encoded);
    }
  });

  it("are in the domain that eip712Domain tells (ERC-5267)", async () => {
    const { grants, credentials, addresses, chainId } = world;
    const [fields, name, version, chain, contract] = await grants.eip712Domain();
    assert.deepEqual(
      [fields, name, version, chain, contract],
      ["0x0f", "AccessGrants", "1", BigInt(chainId), addresses.AccessGrants],
    );
    const portable = await credentials.eip712Domain();
    assert.deepEqual([portable.fields, portable.name, portable.version], ["0x0b", "CredentialRegistry", "1"]);
  });

  it("of a Safe with two owners grant and revoke (ERC-1271)", async () => {
    const { connection, grants, accounts, addresses, chainId, request, revocation } = world;
    const owners = [new Wallet(id("first owner")), new Wallet(id("second owner"))];
    const safe = await newSafe(owners.map((owner) => owner.address));
    const relayed = grants.connect(accounts.relayer);

    /** What the owners of a Safe sign: the digest as a message of this very Safe. */
    const sign = async (type: "Grant" | "Revoke", message: Record<string, string | number | boolean>) => {
      const whole = { holder: safe, ...message };
      const { domain, types } = typedData(type, parseAddress(addresses.AccessGrants), BigInt(chainId), whole);
      const { EIP712Domain: _, ...messageTypes } = types;
      const digest = TypedDataEncoder.hash(domain, messageTypes as Parameters<typeof TypedDataEncoder.hash>[1], whole);
      const parts = await Promise.all(
        owners
          .toSorted((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1))
          .map((owner) =>
            owner.signTypedData(
              { chainId, verifyingContract: safe },
              { SafeMessage: [{ name: "message", type: "bytes" }] },
              { message: AbiCoder.defaultAbiCoder().encode(["bytes32"], [digest]) },
            ),
          ),
      );
      return { whole: concat(parts), first: parts[0] ?? assert.fail() };
    };

    const grant = await sign("Grant", { ...request, sequence: 0, deadline: DEADLINE });
    await assert.rejects(
      relayed.grantWithSig(safe, request, 0, DEADLINE, grant.first),
      /AccessGrantsInvalidSignature/,
      "one owner of two is not enough",
    );
    await (await relayed.grantWithSig(safe, request, 0, DEADLINE, grant.whole)).wait();
    assert.equal(await stateOf(safe), 2n);
    await assert.rejects(relayed.grantWithSig(safe, request, 0, DEADLINE, grant.whole), /AccessGrantsStaleSequence/);

    const twin = await newSafe(
      owners.map((owner) => owner.address),
      1n,
    );
    assert.notEqual(twin, safe);
    await assert.rejects(
      relayed.grantWithSig(twin, request, 0, DEADLINE, grant.whole),
      /AccessGrantsInvalidSignature/,
      "another Safe of the same owners",
    );
    const revoke = await sign("Revoke", { ...revocation, sequence: 1, deadline: DEADLINE });
    await (await relayed.revokeWithSig(safe, revocation, 1, DEADLINE, revoke.whole)).wait();
    assert.equal(await stateOf(safe), 3n);
    assert.ok((await connection.ethers.provider.getCode(safe)) !== "0x");
  });

  /** A Safe as its own factory makes it, with the handler that answers ERC-1271. */
  async function newSafe(owners: string[], salt = 0n): Promise<string> {
    const { holder } = world.accounts;
    const deploy = async (path: string) => {
      const { abi, bytecode } = published(path);
      return await new ContractFactory(abi, bytecode, holder).deploy();
    };
    const singleton = await deploy("Safe.sol/Safe.json");
    const handler = await deploy("handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json");
    const { abi } = published("proxies/SafeProxyFactory.sol/SafeProxyFactory.json");
    const factory = new Contract(
      await (await deploy("proxies/SafeProxyFactory.sol/SafeProxyFactory.json")).getAddress(),
      abi,
      holder,
    );
    const setup = singleton.interface.encodeFunctionData("setup", [
      owners,
      owners.length,
      ZeroAddress,
      "0x",
      await handler.getAddress(),
      ZeroAddress,
      0,
      ZeroAddress,
    ]);
    const create = factory.getFunction("createProxyWithNonce");
    const address: string = await create.staticCall(await singleton.getAddress(), setup, salt);
    await (await create(await singleton.getAddress(), setup, salt)).wait();
    return address;
  }
});
