import assert from "node:assert/strict";
import type { Random } from "../../support/random.ts";
import type { FakeChain } from "../chain/chain.ts";
import { PAIRS } from "../model/cast.ts";
import type { Questions } from "./ask.ts";

/** Answers given while a world went on, each of which has to be given again when asked for by what was known then. */
export class Remembered {
  readonly #questions: Questions;
  readonly #answers: { readonly question: string; readonly answer: Answer }[] = [];

  constructor(questions: Questions) {
    this.#questions = questions;
  }

  /** Asks some questions now, and keeps the answers; without any while the database is away. */
  async ask(chains: readonly FakeChain[], random: Random, count: number): Promise<void> {
    const questions = Array.from({ length: count }, () => anyQuestion(chains, random));
    const answers = await this.#questions
      .ask(`{ ${questions.map((question, i) => `q${i}: check(${question}) ${fieldsOf(question)}`).join(" ")} }`)
      .catch(() => undefined);
    if (answers === undefined) return;
    for (const [i, question] of questions.entries())
      this.#answers.push({ question, answer: answers[`q${i}`] as Answer });
  }

  /** @returns how many answers were given again. */
  async assertAgain(): Promise<number> {
    for (const { question, answer } of this.#answers) {
      const { check } = await this.#questions.ask(
        `{ check(${question}, knownAt: "${answer.knownAt}") ${fieldsOf(question)} }`,
      );
      assert.deepEqual(check, answer, `check(${question}) by what was known at ${answer.knownAt}`);
    }
    return this.#answers.length;
  }
}

interface Answer {
  readonly knownAt: string;
  readonly [field: string]: unknown;
}

const FIELDS = `{
  decision reason state decidedBy validUntil explanation knownAt
  evaluatedAt { chain status block blockHash blockTime time finality safeBlock finalizedBlock lag }
  grants { id state }
  credentials { status }
`;

/**
 * Of a question about one chain the issuer's standing is left out: who issued a credential may be known from another chain
 * alone, of which the answer's `knownAt` says nothing.
 */
const fieldsOf = (question: string): string =>
  question.includes("chain:") ? `${FIELDS}}` : `${FIELDS} issuers { status } }`;

function anyQuestion(chains: readonly FakeChain[], random: Random): string {
  const { credential, grantee, purpose } = random.pick(PAIRS);
  const chain = random.pick(chains);
  const on = random.chance(0.4) ? `, chain: "eip155:${chain.chainId}"` : "";
  const at = random.chance(0.5) ? `, at: ${random.pick(chain.canonical).time}` : "";
  const use = random.pick(["PURPOSE", "RECORD_KEEPING"]);
  return `credential: "${credential}", grantee: "${grantee}", purpose: ${purpose}, use: ${use}${on}${at}`;
}
