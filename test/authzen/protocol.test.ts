import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { address, bytes32, NOW, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { access, evaluation } from "./access.ts";

/**
 * The protocol: examples of the specification (OpenID AuthZEN Authorization API 1.0, final), and its certification scenario with
 * our own people. Which decisions it wants follows there from a policy of its own, and here from grants.
 */

const ALICE = 2;
const BOB = 3;
const RECORD_1 = 1;
const RECORD_2 = 4;

describe("AuthZEN", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { publicUrl: "https://pdp.example.com" });
    const chain = await world.chain(1n);
    // Bob's grant has ended, and its records are kept.
    const ended = { revokedAt: NOW - 500n, retention: 10_000n };
    await chain.mine(NOW - 10n, [
      { credential: RECORD_1, grantee: ALICE, record: {} },
      { credential: RECORD_1, grantee: BOB, record: ended },
    ]);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const subject = (grantee: number) => ({ type: "institution", id: address(grantee) });
  const resource = (credential: number) => ({ type: "credential", id: bytes32(credential) });
  const READ = { name: "read" };
  const ALLOWED = { subject: subject(ALICE), action: READ, resource: resource(RECORD_1) };

  describe("single", () => {
    for (const [what, request, decision] of [
      ["permitted", ALLOWED, true],
      ["denied", evaluation(RECORD_1, BOB), false],
      ["another action, permitted", evaluation(RECORD_1, BOB, undefined, "read_records"), true],
      [
        "a context of the caller's own",
        { ...ALLOWED, context: { time: "2025-06-27T18:03-07:00", ip: "192.168.1.1" } },
        true,
      ],
      [
        "properties of all",
        {
          subject: { ...subject(ALICE), properties: { department: "Sales", ip_address: "172.217.22.14" } },
          action: { ...READ, properties: { method: "GET" } },
          resource: { ...resource(RECORD_1), properties: { library_record: { title: "AuthZEN in Action" } } },
        },
        true,
      ],
      ["unknown fields", { ...ALLOWED, foo: "bar", futureField: { nested: true } }, true],
      [
        "the specification's own example",
        {
          subject: { type: "user", id: "alice@example.com" },
          resource: { type: "account", id: "123" },
          action: { name: "can_read", properties: { method: "GET" } },
          context: { time: "1985-10-26T01:22-07:00" },
        },
        false,
      ],
    ] as const)
      it(what, async () => {
        const { status, headers, body } = await access(world, request);
        assert.equal(status, 200);
        assert.equal(headers.get("content-type"), "application/json");
        assert.equal(headers.get("cache-control"), "no-store");
        assert.equal(body.decision, decision);
        assert.equal(typeof body.context, "object");
      });

    it("is the same each time", async () => {
      for (let i = 0; i < 5; i++) assert.equal((await access(world, ALLOWED)).body.decision, true);
    });

    for (const [what, request] of [
      ["no subject", { ...ALLOWED, subject: undefined }],
      ["no action", { ...ALLOWED, action: undefined }],
      ["no resource", { ...ALLOWED, resource: undefined }],
      ["subject without type", { ...ALLOWED, subject: { id: address(ALICE) } }],
      ["subject without id", { ...ALLOWED, subject: { type: "institution" } }],
      ["action without name", { ...ALLOWED, action: {} }],
      ["resource without type", { ...ALLOWED, resource: { id: bytes32(RECORD_1) } }],
      ["resource without id", { ...ALLOWED, resource: { type: "credential" } }],
      ["subject a string", { ...ALLOWED, subject: "alice" }],
      ["name a number", { ...ALLOWED, action: { name: 123 } }],
      ["subject null", { ...ALLOWED, subject: null }],
      ["context a list", { ...ALLOWED, context: [] }],
      ["a list", [ALLOWED]],
      ["a number", "7"],
      ["null", "null"],
      ["no JSON", '{"subject": '],
      ["nothing", ""],
    ] as const)
      it(`400: ${what}`, async () => {
        const { status, headers, body } = await access(world, request, { headers: { "x-request-id": "one" } });
        assert.equal(status, 400, JSON.stringify(body));
        assert.equal(headers.get("content-type"), "application/problem+json");
        assert.equal(headers.get("x-request-id"), "one");
        assert.equal(body.status, 400);
        assert.equal(body.code, "BAD_INPUT");
        assert.ok(body.detail.length > 5, body.detail);
      });

    it("refuses what is not application/json, too long, or not posted", async () => {
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]) {
        const { status, body } = await access(world, ALLOWED, { headers: { "content-type": type } });
        assert.deepEqual([status, body.code], [400, "BAD_INPUT"], type);
      }
      const charset = { "content-type": "application/json; charset=utf-8" };
      assert.equal((await access(world, ALLOWED, { headers: charset })).status, 200);
      const long = await access(world, { ...ALLOWED, pad: "x".repeat(1_000_000) });
      assert.deepEqual([long.status, long.body.code], [413, "BAD_INPUT"]);
      const got = await fetch(`${world.api.url}/access/v1/evaluation`, { headers: { "x-request-id": "two" } });
      assert.deepEqual([got.status, got.headers.get("allow"), got.headers.get("x-request-id")], [405, "POST", "two"]);
    });

    it("gives the request's id back, and needs none", async () => {
      const id = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716";
      assert.equal((await access(world, ALLOWED, { headers: { "X-Request-ID": id } })).headers.get("x-request-id"), id);
      assert.equal((await access(world, ALLOWED)).headers.get("x-request-id"), null);
    });
  });

  describe("many", () => {
    const many = (request: object) => access(world, request, { path: "evaluations" });
    const decisions = async (request: object): Promise<boolean[]> => {
      const { status, body } = await many(request);
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(body.decision, undefined);
      return body.evaluations.map(({ decision }: { decision: boolean }) => decision);
    };
    const three = [RECORD_1, RECORD_2, RECORD_1].map((one) => ({ resource: resource(one) }));

    it("in their order, with what they have in common", async () => {
      const common = { subject: subject(BOB), resource: resource(RECORD_1) };
      const actions = [{ action: { name: "read_records" } }, { action: READ }];
      assert.deepEqual(await decisions({ ...common, evaluations: actions }), [true, false]);
      const whole = [ALLOWED, evaluation(RECORD_1, BOB)];
      assert.deepEqual(await decisions({ evaluations: whole }), [true, false]);
    });

    it("a context of its own replaces the common one as a whole", async () => {
      const then = { context: { at: Number(NOW - 5000n), requireAnchor: true } };
      const own = { resource: resource(RECORD_1), context: { source: "batch-override" } };
      assert.deepEqual(
        await decisions({ subject: subject(ALICE), action: READ, ...then, evaluations: [three[0], own] }),
        [false, true],
      );
    });

    it("a type, id or name that is missing is the common one", async () => {
      const request = {
        ...{ subject: subject(ALICE), action: READ, resource: { type: "credential" } },
        evaluations: [
          { resource: { id: bytes32(RECORD_1), properties: { status: "active" } } },
          { resource: resource(RECORD_2), subject: { id: address(BOB) } },
        ],
      };
      assert.deepEqual(await decisions(request), [true, false]);
    });

    it("stops where the semantic says", async () => {
      const common = { subject: subject(ALICE), action: READ, evaluations: three };
      const by = (evaluations_semantic?: string) =>
        decisions({ ...common, options: { evaluations_semantic, another: 1 } });
      assert.deepEqual(await by(), [true, false, true]);
      assert.deepEqual(await by("execute_all"), [true, false, true]);
      assert.deepEqual(await by("deny_on_first_deny"), [true, false]);
      assert.deepEqual(await by("permit_on_first_permit"), [true]);
      const unknown = await many({ ...common, options: { evaluations_semantic: "all_of_them" } });
      assert.deepEqual([unknown.status, unknown.body.code], [400, "BAD_INPUT"]);
    });

    it("what never comes ends with the last", async () => {
      const [permitted, denied] = [three[0], three[1]];
      const common = { subject: subject(ALICE), action: READ };
      const semantic = (evaluations_semantic: string) => ({ options: { evaluations_semantic } });
      assert.deepEqual(
        await decisions({ ...common, ...semantic("deny_on_first_deny"), evaluations: [permitted, permitted] }),
        [true, true],
      );
      assert.deepEqual(
        await decisions({ ...common, ...semantic("permit_on_first_permit"), evaluations: [denied, denied] }),
        [false, false],
      );
    });

    it("what is wrong with one is said in its place, and denies", async () => {
      const wrong = [
        {},
        "one",
        null,
        { resource: { type: "credential", id: "0x12" } },
        { resource: 7 },
        { resource: [] },
        { ...three[0], context: null },
      ];
      const { status, body } = await many({
        ...{ subject: subject(ALICE), action: READ },
        evaluations: [three[0], ...wrong, three[0]],
      });
      assert.equal(status, 200);
      const { evaluations } = body;
      assert.equal(evaluations.length, 9);
      assert.deepEqual([evaluations[0].decision, evaluations[8].decision], [true, true]);
      for (const one of evaluations.slice(1, 8)) {
        assert.equal(one.decision, false);
        assert.deepEqual([one.context.error.status, one.context.error.code], [400, "BAD_INPUT"]);
      }
      // An error ends what ends at the first denial.
      const options = { evaluations_semantic: "deny_on_first_deny" };
      const common = { subject: subject(ALICE), action: READ, options };
      assert.deepEqual(await decisions({ ...common, evaluations: [three[0], {}, three[0]] }), [true, false]);
    });

    it("without a list, or an empty one, is a single evaluation", async () => {
      for (const request of [ALLOWED, { ...ALLOWED, evaluations: [] }]) {
        const { status, body } = await many(request);
        assert.deepEqual([status, body.decision, body.evaluations], [200, true, undefined]);
      }
      assert.equal((await many({ evaluations: [] })).status, 400);
    });

    it("up to a thousand, and no more", async () => {
      const asked = (count: number) =>
        Array.from({ length: count }, (_, i) => ({ resource: resource(i % 3 === 0 ? RECORD_1 : 100 + i) }));
      const common = { subject: subject(ALICE), action: READ };
      const all = await decisions({ ...common, evaluations: asked(1_000) });
      assert.deepEqual(
        all,
        asked(1_000).map((_, i) => i % 3 === 0),
      );
      const { status, body } = await many({ ...common, evaluations: asked(1_001) });
      assert.deepEqual([status, body.code], [400, "BAD_INPUT"]);
    });

    it("400: what is wrong with the whole", async () => {
      for (const request of [
        { evaluations: {} },
        { evaluations: [{}], subject: "alice" },
        { evaluations: [{}], context: 7 },
      ])
        assert.equal((await many(request)).status, 400, JSON.stringify(request));
    });
  });

  it("tells where it is", async () => {
    const response = await fetch(`${world.api.url}/.well-known/authzen-configuration`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.match(response.headers.get("cache-control") ?? "", /max-age=/);
    assert.deepEqual(await response.json(), {
      policy_decision_point: "https://pdp.example.com",
      access_evaluation_endpoint: "https://pdp.example.com/access/v1/evaluation",
      access_evaluations_endpoint: "https://pdp.example.com/access/v1/evaluations",
    });
    const post = await fetch(`${world.api.url}/.well-known/authzen-configuration`, { method: "POST", body: "x" });
    assert.equal(post.status, 405);
  });
});
