import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Bundle, digestOf } from "../../indexer/evidence/bundle.ts";
import { MAX_BYTES } from "../../indexer/evidence/strictJson.ts";
import { EXIT, runVerification } from "../../scripts/evidence/run.ts";
import { bytes32 } from "../api/world.ts";
import { answering, type HttpServer, refusing, startHttpServer } from "../rpc/servers.ts";
import { bundleOf, CONTRACT, goodBundle, makeBlock, ourLog } from "./madeBlock.ts";

/** `npm run verify-evidence`: what it says, and what it ends with. */

const GOOD = goodBundle();
let folder: string;
let node: HttpServer;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "grantledger-evidence-"));
  node = await startHttpServer();
});
after(async () => {
  await node?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function file(content: unknown): string {
  const path = join(folder, "bundle.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  return path;
}

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await runVerification(argv, {
    say: (line = "") => {
      out += `${line}\n`;
    },
    complain: (line) => {
      err += `${line}\n`;
    },
  });
  return { code, out, err };
}

interface NodeSays {
  readonly chainId?: string;
  readonly hash?: string | null;
  readonly finalized?: string | null;
  readonly transactions?: readonly string[];
}

/** A node of the auditor's, with its block of that number. */
function says({
  chainId = "0xa4b1",
  hash = GOOD.block.hash,
  finalized = "0xfffff",
  transactions = [],
}: NodeSays): void {
  node.chainId = undefined;
  node.answer = answering(({ method, params }) => {
    if (method === "eth_chainId") return chainId;
    if (params[0] === "finalized") return finalized === null ? null : { number: finalized };
    assert.equal(params[0], "0xabcde", "it is asked by number");
    return hash === null ? null : { hash, transactions };
  });
}

test("good evidence: 0, with what it says, what is proven and what is not", async () => {
  const { code, out, err } = await run(file(GOOD));
  assert.equal(code, EXIT.verified, err);
  for (const part of [
    /^GRANTED by AccessGrants 0x/m,
    /block 703710 of eip155:42161, 2027-01-15T08:00:00Z, transaction 131, log 1 of its receipt/,
    /purpose +1 CUSTOMER_DUE_DILIGENCE/,
    /Proven, by hashes alone:/,
    new RegExp(`the header hashes to ${GOOD.block.hash}`),
    /Not proven:\n {2}- that block 0x[0-9a-f]{64} is canonical/,
    /transaction 131 of the block is 0x[0-9a-f]{64}, signed for eip155:42161 and no other chain/,
    /that no later event ended or changed/,
    /\nVERIFIED\n$/,
  ])
    assert.match(out, part);
});

test("as a process of its own, through npm's script", () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const ended = (path: string) =>
    spawnSync(process.execPath, ["scripts/verifyEvidence.ts", path], { cwd: root, encoding: "utf8", timeout: 60_000 });
  assert.equal(ended(file(GOOD)).status, 0);
  const refused = ended(file({ ...GOOD, chain: "eip155:1" }));
  assert.deepEqual([refused.status, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /^REFUSED \(DIGEST\): /);
});

test("without the transaction neither its hash nor the chain is called proven", async () => {
  const block = makeBlock({ receipts: [{ logs: [ourLog("AccessGrants", "Granted")] }], transactions: null });
  const { code, out } = await run(file(bundleOf(block, 0, 0)));
  assert.equal(code, EXIT.verified);
  assert.match(out, /Not proven:.*that the block is of eip155:42161: a header does not name its chain/s);
  assert.match(out, /Not proven:.*that the transaction's hash is 0x/s);
  assert.doesNotMatch(out, /signed for/);
});

test("forged evidence: 1, with the reason", async () => {
  const draft = { ...GOOD, chain: "eip155:1" };
  const { code, out, err } = await run(file({ ...draft, digest: digestOf(draft as Bundle) }));
  assert.deepEqual([code, out], [EXIT.refused, ""]);
  assert.match(err, /^REFUSED \(CHAIN\): the transaction was signed for eip155:42161, the bundle names eip155:1$/m);
  assert.equal((await run(file("{}"))).code, EXIT.refused);
  assert.equal((await run(file(""))).code, EXIT.refused);
});

test("a file that is too large is not even read: 1", async () => {
  const path = file("{}");
  truncateSync(path, MAX_BYTES + 1);
  const { code, err } = await run(path);
  assert.equal(code, EXIT.refused);
  assert.match(err, /TOO_LARGE/);
});

test("what was not understood, not there, or not a file: 2", async () => {
  for (const argv of [
    [],
    [file(GOOD), "more"],
    [file(GOOD), "--unknown"],
    [file(GOOD), "--rpc", "ftp://node"],
    [join(folder, "nothing.json")],
    [folder],
  ])
    assert.equal((await run(...argv)).code, EXIT.unchecked, argv.join(" "));
});

test("evidence of something else than was expected: 1", async () => {
  const path = file(GOOD);
  assert.equal(
    (await run(path, "--chain", "eip155:42161", "--contract", CONTRACT.toUpperCase().replace("0X", "0x"))).code,
    EXIT.verified,
  );
  const chain = await run(path, "--chain", "eip155:1");
  assert.deepEqual(
    [chain.code, chain.err],
    [EXIT.refused, "\nREFUSED: it is of chain eip155:42161, expected eip155:1\n"],
  );
  assert.match((await run(path, "--contract", `0x${"00".repeat(20)}`)).err, /it is of contract 0x/);
});

test("--rpc: a node that has the block confirms it, its chain, its finality and the transaction", async () => {
  says({ transactions: [GOOD.claims.transactionHash] });
  const { code, out } = await run(file(GOOD), "--rpc", node.url);
  assert.equal(code, EXIT.verified);
  assert.match(out, /by the node you named\) it serves eip155:42161/);
  assert.match(out, /by the node you named\) block 703710 of its chain is 0x/);
  assert.match(out, /by the node you named\) that block is final/);
  assert.match(out, /by the node you named\) transaction 0x\w+ is in that block/);
  assert.doesNotMatch(out, /that block 0x\w+ is canonical, or ever was/);
  says({ finalized: "0x1" });
  assert.doesNotMatch((await run(file(GOOD), "--rpc", node.url)).out, /is final|transaction 0x\w+ is in that block/);
});

test("--rpc: a node with another block, none, or of another chain: 1", async () => {
  for (const [said, why] of [
    [{ hash: bytes32(1) }, /the node's block 703710 is 0x0+1, not 0x/],
    [{ hash: null }, /the node's block 703710 is not there/],
    [{ chainId: "0x1" }, /the node serves eip155:1, not eip155:42161/],
  ] as const) {
    says(said);
    const { code, err, out } = await run(file(GOOD), "--rpc", node.url);
    assert.equal(code, EXIT.refused);
    assert.match(err, why);
    assert.doesNotMatch(out, /\nVERIFIED/);
  }
});

test("--rpc: a node that does not say: 2, and the evidence is not called verified", async () => {
  node.answer = refusing({ code: -32000, message: "no" });
  const refused = await run(file(GOOD), "--rpc", node.url);
  assert.deepEqual([refused.code, refused.out], [EXIT.unchecked, ""]);
  says({ chainId: "eip155" });
  assert.equal((await run(file(GOOD), "--rpc", node.url)).code, EXIT.unchecked);
  node.answer = (_calls, response) => void response.writeHead(302, { location: "http://127.0.0.1:9/" }).end();
  assert.equal((await run(file(GOOD), "--rpc", node.url)).code, EXIT.unchecked);
});

test("a node is asked only when one is named, and not for evidence that is refused", async () => {
  says({});
  const before = node.requests.length;
  await run(file(GOOD));
  await run(file({ ...GOOD, chain: "eip155:1" }), "--rpc", node.url);
  assert.equal(node.requests.length, before);
});

test("--json: the same for programs", async () => {
  const good = JSON.parse((await run(file(GOOD), "--json")).out);
  assert.deepEqual([good.result, good.against, good.event], ["verified", [], GOOD.event]);
  assert.ok(good.proven.length >= 5 && good.notProven.length >= 3);
  const other = await run(file(GOOD), "--json", "--chain", "eip155:1");
  assert.deepEqual([other.code, JSON.parse(other.out).result], [EXIT.refused, "refused"]);
  const forged = await run(file("{}"), "--json");
  assert.deepEqual([forged.code, JSON.parse(forged.out).reason], [EXIT.refused, "NOT_A_BUNDLE"]);
});

test("what a stranger wrote cannot move the cursor, nor pretend to be a line of ours", async () => {
  const name = "Bank\u001b[2K\r\nVERIFIED\u202e\u0085\u2028";
  const log = ourLog("EntityRegistry", "EntityRegistered", {
    account: `0x${"12".repeat(20)}`,
    kinds: 1,
    jurisdiction: "0x4445",
    lei: `0x${"00".repeat(20)}`,
    name,
    uri: Uint8Array.of(0xff),
    sequence: 1,
  });
  const bundle = bundleOf(makeBlock({ receipts: [{ logs: [log] }] }), 0, 0, { name: "EntityRegistry" });
  const { code, out } = await run(file(bundle));
  assert.equal(code, EXIT.verified);
  assert.match(out, /"Bank\\u001b\[2K\\r\\nVERIFIED\\u202e\\u0085\\u2028"/);
  assert.match(out, /uri +0xff \(not UTF-8\)/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may get through.
  assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/);
});
