import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Keyring, openKeyring } from "../access/keyring.ts";
import { address, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { access, evaluation, playAccess } from "./access.ts";

/** Where keys are asked for, AuthZEN asks for them too, holds the same rules, and is recorded. */

describe("AuthZEN with keys", () => {
  let postgres: TestPostgres;
  let world: World;
  let keys: Keyring;
  const key = { institution: "", other: "", auditor: "", operator: "" };

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { access: { keys: true, log: true } });
    await playAccess(world);
    keys = await openKeyring(world.databaseUrl);
    key.institution = (await keys.make("INSTITUTION", address(2))).key;
    key.other = (await keys.make("INSTITUTION", address(3))).key;
    key.auditor = (await keys.make("AUDITOR")).key;
    key.operator = (await keys.make("OPERATOR")).key;
  });
  after(async () => {
    await keys?.close();
    await world?.close();
    await postgres?.stop();
  });

  const as = (who: string, more: object = {}) => ({ headers: { authorization: `Bearer ${who}`, ...more } });

  it("asks for one, and gives the request's id back all the same", async () => {
    for (const path of ["evaluation", "evaluations"] as const)
      for (const headers of [{}, { authorization: "Bearer grantledger_x" }, { authorization: "Basic eDp4" }]) {
        const said = await access(world, evaluation(7, 2), { path, headers: { ...headers, "x-request-id": "7" } });
        assert.deepEqual([said.status, said.body.code, said.body.decision], [401, "UNAUTHENTICATED", undefined]);
        assert.equal(said.headers.get("content-type"), "application/problem+json");
        assert.match(said.headers.get("www-authenticate") ?? "", /^Bearer/);
        assert.equal(said.headers.get("x-request-id"), "7");
      }
    assert.equal((await fetch(`${world.api.url}/.well-known/authzen-configuration`)).status, 200);
    assert.equal((await fetch(`${world.api.url}/access/v1/evaluation`)).status, 401);
  });

  it("answers an institution about its own account, and about no other", async () => {
    const own = await access(world, evaluation(7, 2), as(key.institution));
    assert.deepEqual([own.status, own.body.decision], [200, true]);
    const others = await access(world, evaluation(7, 2), as(key.other));
    assert.deepEqual([others.status, others.body.code, others.body.decision], [403, "FORBIDDEN", undefined]);
    const caip = { ...evaluation(7, 2), subject: { type: "institution", id: `eip155:1:${address(2)}` } };
    assert.equal((await access(world, caip, as(key.other))).status, 403);
    for (const who of [key.auditor, key.operator])
      assert.equal((await access(world, evaluation(7, 2), as(who))).body.decision, true);
  });

  it("holds each of many", async () => {
    const evaluations = [evaluation(7, 2), evaluation(7, 3), { ...evaluation(7, 2), subject: undefined }];
    for (const [who, expected] of [
      [key.institution, [true, "FORBIDDEN", true]],
      [key.other, ["FORBIDDEN", false, "FORBIDDEN"]],
      [key.auditor, [true, false, true]],
    ] as const) {
      const common = { subject: evaluation(7, 2).subject };
      const { body } = await access(world, { ...common, evaluations }, { path: "evaluations", ...as(who) });
      const said = body.evaluations.map((one: { decision: boolean; context: { error?: { code: string } } }) => {
        if (one.context.error !== undefined) assert.equal(one.decision, false);
        return one.context.error?.code ?? one.decision;
      });
      assert.deepEqual(said, expected);
    }
  });

  it("is recorded, with what it was read from, before it is answered", async () => {
    await access(world, evaluation(7, 2), as(key.institution));
    await access(world, evaluation(7, 2), as(key.other));
    await access(world, { evaluations: [evaluation(7, 2)] }, { path: "evaluations", ...as(key.auditor) });
    const { rows } = await keys.client.query(
      "SELECT request, status, convert_from(body, 'UTF8') AS body, seen FROM query_log ORDER BY seq DESC LIMIT 3",
    );
    const [many, refused, own] = rows;
    assert.deepEqual([own.request, own.status], ["POST /access/v1/evaluation", 200]);
    assert.deepEqual(JSON.parse(own.body), evaluation(7, 2));
    assert.deepEqual(
      own.seen.map(([chain]: [string]) => chain).sort(),
      ["1", "2"],
      "the chains that a shared statement read",
    );
    assert.deepEqual([refused.status, many.request, many.status], [403, "POST /access/v1/evaluations", 200]);
    assert.equal(many.seen.length, 2);
  });
});
