import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { verifyTypedData } from "ethers";
import { RECEIPT_TYPE } from "../../indexer/receipts/receipt.ts";
import { ReceiptKey } from "../../indexer/receipts/receiptKey.ts";
import { parseReceipt, type Receipt, verifyReceipt } from "../../indexer/receipts/verify.ts";
import { address, bytes32, NOW, openWorld, type World } from "../api/world.ts";
import { access, evaluation, playAccess } from "../authzen/access.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";

/** Answers that are signed: that each says what was answered, by AuthZEN and by GraphQL. */

const HEX = `${"00".repeat(31)}07`;
const KEY = new ReceiptKey(HEX);

describe("receipts", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { receiptKey: KEY });
    await playAccess(world);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const RECEIPT = { options: { receipt: true } };

  it("are only there where they are asked for", async () => {
    assert.equal((await access(world, evaluation(1, 2))).body.context.receipt, undefined);
    assert.equal(
      (await access(world, { ...evaluation(1, 2), options: { receipt: false } })).body.context.receipt,
      undefined,
    );
    const config = await (await fetch(`${world.api.url}/.well-known/authzen-configuration`)).json();
    assert.equal((config as { grantledger_receipt_signer: string }).grantledger_receipt_signer, KEY.address);
  });

  it("say what the answer beside them says", async () => {
    for (const [credential, context, action] of [
      [1, undefined, "read"],
      [7, undefined, "read"],
      [9, undefined, "read"],
      [7, { purpose: 3, requireAnchor: true }, "read"],
      [8, { at: Number(NOW - 40n), maxLag: 5 }, "read_records"],
      [7, { finality: "SAFE" }, "read"],
      [
        1,
        { chain: 1, atLeast: { chain: 1, block: 1 }, knownAt: new Date(Number(NOW + 2n) * 1000).toISOString() },
        "read",
      ],
    ] as const) {
      const { body } = await access(world, { ...evaluation(credential, 2, context, action), ...RECEIPT });
      const { receipt, ...said } = body.context;
      const { question, answer, evaluatedAt } = verifyReceipt(receipt, KEY.address);
      assert.equal(answer.decision === "ALLOWED", body.decision);
      const { outcome, state = "", reason, decidedBy = "", explanation, purpose = 0, validUntil = 0, knownAt } = said;
      assert.deepEqual(
        { ...answer, clock: undefined, signedAt: undefined },
        {
          ...{
            decision: outcome,
            state,
            reason,
            decidedBy,
            explanation,
            knownAt,
            clock: undefined,
            signedAt: undefined,
          },
          ...{ purpose: String(purpose), validUntil: String(validUntil) },
        },
      );
      assert.equal(answer.signedAt, world.now.toString());
      assert.deepEqual(
        evaluatedAt.map(({ chain, block, blockHash }) => [chain, block, blockHash]),
        said.evaluatedAt.map((one: { chain: string; block: number; blockHash: string }) => [
          one.chain,
          String(one.block),
          one.blockHash,
        ]),
      );
      assert.equal(question.credential, bytes32(credential));
      assert.equal(question.grantee.toLowerCase(), address(2));
      assert.equal(question.use, action === "read" ? "PURPOSE" : "RECORD_KEEPING");
    }
  });

  it("name everything that was asked", async () => {
    const context = {
      purpose: 3,
      chain: 1,
      at: 1_700_000_000,
      atLeast: { chain: "eip155:1", block: 1 },
      finality: "FINALIZED",
    };
    const more = { maxLag: 7, requireAnchor: true, knownAt: "2027-01-15T08:00:02Z" };
    const { body } = await access(world, { ...evaluation(1, 2, { ...context, ...more }), ...RECEIPT });
    const { credential: _c, grantee: _g, ...question } = verifyReceipt(body.context.receipt).question;
    assert.deepEqual(question, {
      ...{ purpose: "3", use: "PURPOSE", chain: "eip155:1", at: "1700000000", knownAt: "2027-01-15T08:00:02.000000Z" },
      ...{ atLeast: "eip155:1/1", finality: "FINALIZED", maxLag: "7", requireAnchor: true },
    });
  });

  it("come with each of a few evaluations, and not with a multitude", async () => {
    const evaluations = [evaluation(1, 2), {}, evaluation(2, 2), { ...evaluation(1, 2), action: { name: "write" } }];
    const { body } = await access(world, { evaluations, ...RECEIPT }, { path: "evaluations" });
    const there = body.evaluations.map((one: { context: { receipt?: unknown } }) => one.context.receipt !== undefined);
    assert.deepEqual(there, [true, false, true, false]);
    for (const i of [0, 2]) verifyReceipt(body.evaluations[i].context.receipt, KEY.address);
    const many = { evaluations: Array.from({ length: 21 }, () => evaluation(1, 2)), ...RECEIPT };
    const refused = await access(world, many, { path: "evaluations" });
    assert.deepEqual([refused.status, refused.body.code], [400, "BAD_INPUT"]);
  });

  it("are the same through GraphQL, in lists too, and absent where there is no key", async () => {
    const question = `credential: "${bytes32(8)}", grantee: "${address(2)}", use: RECORD_KEEPING`;
    const data = await world.ask(
      `{ check(${question}) { decision receipt { signer json } }
         whoCanRead(credential: "${bytes32(8)}", use: RECORD_KEEPING) { nodes { answer { receipt { json } } } }
         checkMany(checks: [{ ${question} }]) { answers { answer { receipt { json } } } } }`,
    );
    assert.equal(data.check.receipt.signer, KEY.address);
    const receipts = [data.check, data.checkMany.answers[0].answer, data.whoCanRead.nodes[0].answer].map(
      ({ receipt }) => verifyReceipt(parseReceipt(receipt.json), KEY.address),
    );
    const [one, many, listed] = receipts;
    assert.equal(one?.answer.decision, data.check.decision);
    assert.deepEqual(many, one);
    const { body } = await access(world, { ...evaluation(8, 2, undefined, "read_records"), ...RECEIPT });
    assert.deepEqual(body.context.receipt, one);
    // A list asks about a purpose, each by itself.
    assert.deepEqual({ ...listed, question: undefined, signature: "" }, { ...one, question: undefined, signature: "" });
    assert.deepEqual([one?.question.purpose, listed?.question.purpose], ["0", "1"]);
    const keyless = await openWorld(postgres);
    try {
      assert.deepEqual(await keyless.ask(`{ check(${question}) { receipt { json } } }`), { check: { receipt: null } });
    } finally {
      await keyless.close();
    }
  });

  it("are EIP-712 as others verify it", async () => {
    const { body } = await access(world, { ...evaluation(1, 2), ...RECEIPT });
    const { signer, signature, ...check } = body.context.receipt as Receipt;
    // The types as they are published, and not as our code has them.
    const types = Object.fromEntries(
      RECEIPT_TYPE.split(/(?<=\))/).map((type) => {
        const [name = "", list = ""] = type.slice(0, -1).split("(");
        return [
          name,
          list.split(",").map((field) => ({ type: field.split(" ")[0] ?? "", name: field.split(" ")[1] ?? "" })),
        ];
      }),
    );
    assert.equal(verifyTypedData({ name: "Grantledger check receipt", version: "1" }, types, check, signature), signer);
  });
});

describe("the key", () => {
  it("shows itself nowhere", () => {
    const key = new ReceiptKey(`0x${"ab".repeat(32)}`);
    for (const shown of [inspect(key, { showHidden: true, depth: 9 }), JSON.stringify({ key }), String(key)])
      assert.doesNotMatch(shown, /abababab/);
  });

  it("is refused without being said", () => {
    for (const hex of ["", "secretsecret", "00".repeat(32), "ff".repeat(32), `0x${"ab".repeat(33)}`, "g".repeat(64)])
      assert.throws(
        () => new ReceiptKey(hex),
        (error: Error) => {
          assert.ok(error instanceof RangeError);
          assert.doesNotMatch(inspect(error), /secret|abab|ffff|gggg/);
          return true;
        },
      );
  });
});
