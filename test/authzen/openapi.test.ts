import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { OPENAPI_PATH, openapiText } from "../../indexer/api/authzen/printOpenapi.ts";
import { ReceiptKey } from "../../indexer/receipts/receiptKey.ts";
import { openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { access, evaluation, playAccess } from "./access.ts";

/** The committed document is OpenAPI 3.1, what the code makes, and true of what the server takes and says. */

const text = readFileSync(OPENAPI_PATH, "utf8");
const document = JSON.parse(text);

describe("the OpenAPI document", () => {
  it("is what the code makes: `npm run generate`", () => {
    assert.equal(text, openapiText());
  });

  it("is OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    assert.ok(valid, JSON.stringify(errors));
    assert.equal(validator.version, "3.1");
    const broken = structuredClone(document);
    broken.paths["/access/v1/evaluation"].post.responses = 7;
    assert.equal((await new Validator().validate(broken)).valid, false);
  });

  describe("is true of the server", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, "openapi");
    const check = (name: string, value: unknown): string | undefined => {
      const validate = ajv.getSchema(`openapi#/components/schemas/${name}`);
      if (validate === undefined) throw new Error(`no schema ${name}`);
      return validate(value) ? undefined : JSON.stringify(validate.errors);
    };
    let postgres: TestPostgres;
    let world: World;
    before(async () => {
      postgres = await startTestPostgres();
      world = await openWorld(postgres, { receiptKey: new ReceiptKey(`${"00".repeat(31)}07`) });
      await playAccess(world);
    });
    after(async () => {
      await world?.close();
      await postgres?.stop();
    });

    const REQUESTS: readonly (readonly [request: object, status: number])[] = [
      ...[1, 7, 8, 9].map((credential) => [evaluation(credential, 2), 200] as const),
      [{ ...evaluation(7, 2), options: { receipt: true } }, 200],
      [evaluation(7, 2, { purpose: 3, chain: "eip155:1", atLeast: { chain: 1, block: "1" }, maxLag: 3 }), 200],
      [evaluation(7, 2, { at: "2027-01-15", knownAt: "2020-01-01T00:00:00Z", finality: "SAFE", of: "mine" }), 200],
      [evaluation(7, 2, { at: 2_000_000_000 }), 200],
      [{ ...evaluation(7, 2), action: { name: "write" }, more: true }, 200],
      [{ ...evaluation(7, 2), subject: "alice" }, 400],
      [{ ...evaluation(7, 2), subject: undefined }, 400],
      [evaluation(7, 2, { purpose: "1" }), 400],
      [evaluation(7, 2, { finality: "final" }), 400],
      [evaluation(7, 2, { requireAnchor: 1 }), 400],
      [evaluation(7, 2, { atLeast: {} }), 400],
    ];
    it("single", async () => {
      for (const [request, status] of REQUESTS) {
        const said = await access(world, request);
        const where = JSON.stringify(request);
        assert.equal(said.status, status, where);
        // What does not fit the document is refused, and what does is not refused for that.
        assert.equal(check("EvaluationRequest", JSON.parse(where)) === undefined, status === 200, where);
        assert.equal(check(status === 200 ? "EvaluationResponse" : "Problem", said.body), undefined, where);
      }
    });

    it("many", async () => {
      const evaluations = REQUESTS.map(([request]) => request);
      for (const request of [
        { evaluations },
        { evaluations: [{}, 7], ...evaluation(7, 2), options: { evaluations_semantic: "deny_on_first_deny" } },
        { evaluations: [evaluation(7, 2)], options: { receipt: true } },
        evaluation(7, 2),
      ]) {
        const said = await access(world, request, { path: "evaluations" });
        assert.equal(said.status, 200);
        assert.equal(check("EvaluationsRequest", JSON.parse(JSON.stringify(request))), undefined);
        assert.equal(check("EvaluationsAnswer", said.body), undefined, JSON.stringify(said.body));
      }
      assert.ok(check("EvaluationsRequest", { evaluations: {} }));
      assert.ok(check("EvaluationResponse", { decision: "yes", context: {} }));
      assert.ok(check("EvaluationResponse", { decision: true, context: { reason: "BECAUSE" } }));
    });

    it("metadata and errors", async () => {
      const metadata = await (await fetch(`${world.api.url}/.well-known/authzen-configuration`)).json();
      assert.equal(check("Metadata", metadata), undefined);
      for (const path of Object.keys(document.paths)) {
        const response = await fetch(`${world.api.url}${path}`, { method: "DELETE" });
        assert.equal(response.status, 405);
        assert.equal(check("Problem", await response.json()), undefined);
      }
    });
  });
});
