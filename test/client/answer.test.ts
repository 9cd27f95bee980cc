import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { toAccess } from "../../client/access.ts";
import { toAnswer } from "../../client/answer.ts";
import { GrantledgerError } from "../../client/errors.ts";
import type { AccessFragment, AnswerFragment, CheckManyQuery } from "../../client/generated/types.ts";
import { toAnswers } from "../../client/many.ts";
import { schema } from "../../indexer/api/schema.ts";
import { checked } from "../support/property.ts";

const CREDENTIAL = `0x${"ab".repeat(32)}` as const;
const GRANTEE = `0x${"cd".repeat(20)}` as const;
const KNOWN = { knownAt: "k", evaluatedAt: [] };

const values = (name: string): string[] => {
  const type = schema.getType(name);
  return type !== undefined && "getValues" in type ? type.getValues().map((value) => value.name) : [];
};

/** As far as an answer is judged by it. */
const wire = (fields: object): AnswerFragment =>
  ({
    decision: "ALLOWED",
    decidedBy: "GRANT",
    reason: "ACTIVE",
    state: "ACTIVE",
    purpose: 1,
    grants: [{ credential: CREDENTIAL, grantee: { address: GRANTEE }, state: "ACTIVE" }],
    ...fields,
  }) as unknown as AnswerFragment;

const grant = (state: string) => [{ credential: CREDENTIAL, grantee: { address: GRANTEE }, state }];
const question = { credential: CREDENTIAL, grantee: GRANTEE, purpose: 1 } as const;
const bad = { name: "GrantledgerError", code: "BAD_ANSWER" };

describe("an answer", () => {
  it("allows only where everything in it says so", () => {
    const decisions = values("Decision");
    const reasons = values("CheckReason");
    const states = values("GrantState");
    assert(decisions.length === 3 && reasons.length > 20 && states.length === 5);
    checked(
      fc.property(
        fc.constantFrom(...decisions, "MAYBE", "allowed", null),
        fc.constantFrom(...reasons),
        fc.constantFrom(...states, null),
        fc.constantFrom(...states),
        fc.constantFrom("PURPOSE", "RECORD_KEEPING", undefined),
        (decision, reason, state, first, use) => {
          const said = wire({ decision, reason, state, grants: grant(first) });
          let allowed: boolean | undefined;
          try {
            allowed = toAnswer(said, { ...question, use }, KNOWN).allowed;
          } catch (error) {
            assert(error instanceof GrantledgerError && error.code === "BAD_ANSWER");
          }
          const reading = reason === "ACTIVE" || (reason === "RETAINED" && use === "RECORD_KEEPING");
          const consistent = decision === "ALLOWED" && reading && state === reason && first === reason;
          assert.equal(allowed === true, consistent);
          if (decision === "DENIED" || decision === "INDETERMINATE") assert.equal(allowed, false);
        },
      ),
      5_000,
    );
  });

  it("is of the question that was asked, or is none", () => {
    assert.equal(toAnswer(wire({}), question, KNOWN).allowed, true);
    const upper = { credential: CREDENTIAL.toUpperCase().replace("0X", "0x"), grantee: GRANTEE, purpose: 1 };
    assert.equal(toAnswer(wire({}), upper, KNOWN).allowed, true);
    const other = `0x${"ee".repeat(32)}`;
    for (const asked of [
      { ...question, credential: other },
      { ...question, grantee: other.slice(0, 42) },
      { ...question, purpose: 2 },
    ])
      assert.throws(() => toAnswer(wire({}), asked, KNOWN), bad);
    assert.throws(() => toAnswer(wire({ grants: [] }), question, KNOWN), bad);
  });

  it("of many is that of its own question", () => {
    const many = (ids: string[]) =>
      ({ answers: ids.map((id) => ({ id, answer: wire({}) })), ...KNOWN }) as unknown as CheckManyQuery["checkMany"];
    const asked = [question, { ...question, id: "b" }];
    assert.deepEqual(
      toAnswers(many(["0", "b"]), asked).answers.map(({ id, answer }) => [id, answer.allowed]),
      [
        ["0", true],
        ["b", true],
      ],
    );
    for (const ids of [["b", "0"], ["0"], ["0", "b", "2"], ["0", "1"]])
      assert.throws(() => toAnswers(many(ids), asked), bad, ids.join());
  });

  it("in a list is of what the list was asked for, and nobody in it is denied", () => {
    const node = (fields: object) =>
      ({ credential: CREDENTIAL, grantee: GRANTEE, purpose: 1, answer: wire({}), ...fields }) as AccessFragment;
    const page = KNOWN as unknown as Parameters<ReturnType<typeof toAccess>>[1];
    assert.equal(toAccess({ credential: CREDENTIAL })(node({}), page).answer.allowed, true);
    const other = `0x${"ee".repeat(32)}` as const;
    assert.throws(() => toAccess({ credential: other })(node({}), page), bad);
    assert.throws(() => toAccess({ grantee: other.slice(0, 42) })(node({}), page), bad);
    assert.throws(() => toAccess({ credential: CREDENTIAL })(node({ purpose: 2 }), page), bad);
    assert.throws(() => toAccess({})(node({ answer: wire({ decision: "DENIED", reason: "NO_GRANT" }) }), page), bad);
    const kept = wire({ reason: "RETAINED", state: "RETAINED", grants: grant("RETAINED") });
    assert.throws(() => toAccess({})(node({ answer: kept }), page), bad);
    assert.equal(toAccess({ use: "RECORD_KEEPING" })(node({ answer: kept }), page).answer.allowed, true);
  });
});
