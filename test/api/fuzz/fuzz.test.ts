import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { Pool as Connections } from "undici";
import { ERROR_CODES } from "../../../indexer/api/errors.ts";
import { schema } from "../../../indexer/api/schema.ts";
import { startTestPostgres, type TestPostgres } from "../../support/postgres.ts";
import { seed } from "../../support/property.ts";
import { playScene } from "../scene.ts";
import { address, bytes32, openWorld, type World } from "../world.ts";
import { questions } from "./documents.ts";
import { harvest, scalarValues } from "./pool.ts";
import { bodies } from "./spoil.ts";

/**
 * Whatever is sent is answered within a bound, by the caller's fault where it is his, and says nothing of the inside. How often
 * is GRANTLEDGER_FUZZ, in requests.
 */

const REQUESTS = Number(process.env["GRANTLEDGER_FUZZ"] ?? 10_000);
/** Under way together, over as many connections. */
const TOGETHER = 20;
/** Longer than an answer may take, and than a block is waited for. */
const WITHIN_MS = 30_000;

/** Of SQL, of a stack, of where the code lies. None of the words that are sent has them. */
const INSIDE =
  /\bSELECT\b|\bFROM\b [a-z_]+ |near "|relation "|column "|\bpg_|node_modules|\.(?:ts|js|mjs)\b|\n {4}at |postgres|[Pp]risma|undefined is not|Cannot read prop|is not a function|is not iterable/;

describe(`whatever is sent (seed ${seed()})`, () => {
  let postgres: TestPostgres;
  let world: World;
  let connections: Connections;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { explore: true });
    await playScene(world);
    connections = new Connections(world.api.url, {
      connections: TOGETHER,
      bodyTimeout: WITHIN_MS,
      headersTimeout: WITHIN_MS,
    });
  });
  after(async () => {
    await connections?.close();
    await world?.close();
    await postgres?.stop();
  });

  const counts: Record<string, number> = {};

  async function send(body: string): Promise<void> {
    const { statusCode, body: stream } = await connections.request({
      ...{ path: "/graphql", method: "POST", headers: { "content-type": "application/json" }, body },
    });
    const text = await stream.text();
    const say = (what: string): string =>
      `${what} (GRANTLEDGER_SEED=${seed()})\nsent: ${body.slice(0, 2_000)}\ngot: ${statusCode} ${text.slice(0, 1_000)}`;
    const answer = JSON.parse(text) as {
      data?: unknown;
      errors?: { message: string; extensions?: { code?: string } }[];
    };
    const codes = (answer.errors ?? []).map(({ extensions }) => extensions?.code ?? "none");
    for (const code of codes.length > 0 ? new Set(codes) : ["answered"]) counts[code] = (counts[code] ?? 0) + 1;
    for (const code of codes) {
      assert(
        ERROR_CODES.some((one) => one === code),
        say(`an error without a code of ours: ${code}`),
      );
      assert(!["INTERNAL", "RETRYABLE", "TIMED_OUT"].includes(code), say(`a failure of ours: ${code}`));
    }
    // A block that is still to come, and a chain that this server follows no nodes of.
    const elsewhere = codes.includes("NOT_YET_INDEXED") || codes.includes("EVIDENCE_UNAVAILABLE");
    assert(statusCode < 500 || elsewhere, say("a status of the 500s"));
    assert(answer.data !== undefined || codes.length > 0, say("neither an answer nor an error"));
    const found = INSIDE.exec((answer.errors ?? []).map(({ message }) => message).join("\n"));
    assert.equal(found, null, say(`says something of the inside: ${found?.[0]}`));
    assert(!text.includes('"stack"') && !text.includes('"originalError"'), say("says something of the inside"));
  }

  it(`${REQUESTS} questions, right and wrong, each get an answer that is one`, async () => {
    const body = bodies(questions(schema, scalarValues(await harvest(world))));
    // Not shrunk: the failing question is printed whole, and the same seed asks it again.
    const asked = fc.sample(body, { numRuns: REQUESTS, seed: seed() }).values();
    const one = async (): Promise<void> => {
      for (const question of asked) await send(question);
    };
    await Promise.all(Array.from({ length: TOGETHER }, one));
    // Most were understood, and every kind of refusal was among the rest: the questions are neither all wrong nor all tame.
    assert((counts["answered"] ?? 0) > REQUESTS / 4, JSON.stringify(counts));
    for (const code of ["BAD_INPUT", "BAD_CURSOR", "TOO_COMPLEX"])
      assert((counts[code] ?? 0) > REQUESTS / 1_000, JSON.stringify(counts));
  });

  it("and leaves the server as it was", async () => {
    assert.equal((await fetch(`${world.api.url}/health`)).status, 200);
    const answer = await world.ask(`{ check(credential: "${bytes32(1)}", grantee: "${address(12)}") { decision } }`);
    assert.equal(answer.check.decision, "ALLOWED");
  });
});
