import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import type * as published from "../../client/verify.ts";
import { ALL } from "../evidence/forgeries/all.ts";
import { altered, GOOD, GOOD_TEXT } from "../evidence/forgeries/forging.ts";
import { CONTRACT } from "../evidence/madeBlock.ts";
import { KEY, OTHER, RECEIPT } from "../receipts/signed.ts";
import { installPublished, type Project } from "./published.ts";
import { answer, type Scripted, startScripted } from "./scripted.ts";

const FORGED = altered((draft) => {
  draft.claims.logIndexInBlock = 0;
});

describe("grantledger/verify, as it is published", () => {
  let project: Project;
  let verify: typeof published;
  let node: Scripted;

  before(async () => {
    project = await installPublished();
    verify = await import(pathToFileURL(join(project.installed, "client/verify.js")).href);
    node = await startScripted();
  });
  after(async () => {
    await node?.stop();
    await project?.remove();
  });

  const fails = (code: string, work: () => unknown) =>
    assert.rejects(
      async () => work(),
      (error) => {
        assert.ok(error instanceof verify.VerificationError, String(error));
        assert.equal(error.code, code, error.message);
        return true;
      },
    );

  it("says of evidence what it proves and what not, however it was kept", async () => {
    const forms = [GOOD_TEXT, Buffer.from(GOOD_TEXT), new TextEncoder().encode(GOOD_TEXT), GOOD];
    const [first, ...others] = await Promise.all(forms.map((form) => verify.verifyEvidence(form)));
    assert.ok(first);
    assert.deepEqual([first.event, first.claims, first.chain], [GOOD.event, GOOD.claims, GOOD.chain]);
    assert.match(first.proven.join("\n"), new RegExp(`the header hashes to ${GOOD.block.hash}`));
    assert.match(first.notProven.join("\n"), /canonical/);
    for (const other of others) assert.deepEqual(other, first);
  });

  it("refuses every kind of forgery for the reason for which the server's own code does", async () => {
    for (const [name, [reason, make]] of Object.entries(ALL)) {
      const made = make();
      for (const bytes of made instanceof Uint8Array ? [made] : made)
        await fails(reason, () => verify.verifyEvidence(bytes)).catch((error: Error) =>
          assert.fail(`${name}: ${error}`),
        );
    }
  });

  it("refuses good evidence of something else, and of a block that the node asked has not", async () => {
    const { chain, block } = GOOD;
    await verify.verifyEvidence(GOOD, { chain, contract: CONTRACT.toUpperCase().replace("0X", "0x") });
    await fails("CONTRADICTED", () => verify.verifyEvidence(GOOD, { chain: "eip155:1" }));
    await fails("CONTRADICTED", () => verify.verifyEvidence(GOOD, { contract: `0x${"12".repeat(20)}` }));

    const chainId = answer({ result: `0x${Number(chain.slice(7)).toString(16)}` });
    node.play(chainId, answer({ result: { hash: block.hash, transactions: [] } }), answer({ result: null }));
    const { proven } = await verify.verifyEvidence(GOOD, { rpc: node.url });
    assert.match(proven.join("\n"), /by the node that was asked: block \d+ of its chain is/);
    node.play(chainId, answer({ result: { hash: `0x${"00".repeat(32)}` } }));
    await fails("CONTRADICTED", () => verify.verifyEvidence(GOOD, { rpc: node.url }));
    node.play(answer("no", 500));
    await fails("NODE_UNREACHABLE", () => verify.verifyEvidence(GOOD, { rpc: node.url }));
  });

  it("takes a receipt of its signer, and no other", async () => {
    const { address } = KEY;
    assert.deepEqual(verify.verifyReceipt(JSON.stringify(RECEIPT), address), RECEIPT);
    assert.deepEqual(verify.verifyReceipt(RECEIPT, address.toLowerCase()), RECEIPT);
    await fails("OTHER_SIGNER", () => verify.verifyReceipt(RECEIPT, OTHER.address));
    const forged = { ...RECEIPT, answer: { ...RECEIPT.answer, decision: "ALLOWED" } };
    await fails("BAD_SIGNATURE", () => verify.verifyReceipt(forged, address));
    await fails("NOT_A_RECEIPT", () => verify.verifyReceipt({}, address));
    const twice = JSON.stringify(RECEIPT).replace('"decision"', '"decision":"ALLOWED","decision"');
    await fails("NOT_JSON", () => verify.verifyReceipt(twice, address));
    assert.throws(() => verify.verifyReceipt(RECEIPT, "somebody"), /signer: expected an address/);
  });

  it("needs nothing but web standards, and loads nothing", async () => {
    const source = readFileSync(join(project.installed, "client/verify.js"), "utf8");
    assert.doesNotMatch(source, /^import /m);
    const entry = await project.write(
      "checks.js",
      `import { verifyEvidence, verifyReceipt } from "grantledger/verify";
const { event } = await verifyEvidence(${GOOD_TEXT});
const refused = await verifyEvidence(${JSON.stringify(Buffer.from(FORGED).toString())}).catch(({ code }) => code);
const { signer } = verifyReceipt(${JSON.stringify(RECEIPT)}, ${JSON.stringify(KEY.address)});
globalThis.tell({ kind: event.kind, refused, signer });`,
    );
    const { outputFiles } = await build({
      ...{ entryPoints: [entry], bundle: true, write: false, format: "esm", platform: "browser" },
      target: ["chrome111", "firefox115", "safari16.4"],
    });
    const told = await new Promise((resolve, reject) => {
      const context = createContext({ TextEncoder, TextDecoder, URL, tell: resolve });
      const finished = runInContext(`(async () => {${outputFiles[0]?.text}})()`, context) as Promise<void>;
      finished.catch(reject);
    });
    assert.deepEqual({ ...(told as object) }, { kind: GOOD.event.kind, refused: "CLAIMS", signer: RECEIPT.signer });
  });
});
