import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { CREDENTIALS, GRANTEES, holderOf, PURPOSES } from "./knownTraffic.ts";
import { ReportTraffic, type Row, rowsOf } from "./reportWorld.ts";
import { address, bytes32, NOW, openWorld, type World } from "./world.ts";

/** Reports say what the queries say: the same people, at every moment. */

const STEPS = 160;
const MOMENTS = 40;

describe("reports agree with the queries", () => {
  const random = createRandom(seed());
  const again = `again: GRANTLEDGER_SEED=${seed()}`;
  let postgres: TestPostgres;
  let world: World;
  let traffic: ReportTraffic;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    traffic = new ReportTraffic(world, seed());
    await traffic.play(STEPS);
    assert(traffic.rollbacks > 2, again);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const access = (grantee: number, rest = "") =>
    rowsOf(world, `/reports/access.jsonl?grantee=${address(grantee)}${rest}`);
  const pairs = (rows: Row[]): string[] =>
    [...new Set(rows.map(({ credential, grantee, purpose }) => `${credential} ${grantee} ${purpose}`))].sort();
  const at = (rows: Row[], t: bigint, uses: string[]): Row[] =>
    rows.filter(({ from, until, access: use }) => from <= t && (until === null || t < until) && uses.includes(use));

  it("whoever could read at a moment is in the access report just then, and nobody else", async () => {
    let found = 0;
    const reports = new Map(await Promise.all(GRANTEES.map(async (one) => [one, (await access(one)).rows] as const)));
    const { manifest } = await access(GRANTEES[0]);
    for (let i = 0; i < MOMENTS; i++) {
      const t = NOW + BigInt(random.int(Number(world.now - NOW) + 1));
      for (const [use, uses] of [
        ["PURPOSE", ["PURPOSE"]],
        ["RECORD_KEEPING", ["PURPOSE", "RECORD_KEEPING"]],
      ] as const)
        for (const [grantee, rows] of reports) {
          const query = `{ readableBy(grantee: "${address(grantee)}", use: ${use}, at: ${t}, knownAt: "${manifest.knownAt}", first: 1000) {
            complete nodes { credential grantee purpose answer { decision } } } }`;
          const { readableBy } = await world.ask(query);
          assert.equal(readableBy.complete, true);
          const allowed = readableBy.nodes.filter(({ answer }: Row) => answer.decision === "ALLOWED");
          assert.deepEqual(pairs(at(rows, t, [...uses])), pairs(allowed), `${use} ${grantee} at ${t}; ${again}`);
          found += allowed.length;
        }
    }
    assert(found > 100, `${found}; ${again}`);
  });

  it("by institution, by credential and by holder it is the same rows", async () => {
    const all = async (paths: string[]): Promise<string[]> =>
      (await Promise.all(paths.map((path) => rowsOf(world, path))))
        .flatMap(({ rows }) => rows.map((row) => JSON.stringify(row)))
        .sort();
    const byGrantee = await all(GRANTEES.map((one) => `/reports/access.jsonl?grantee=${address(one)}`));
    assert(byGrantee.length > 20, again);
    const byCredential = CREDENTIALS.map((one) => `/reports/disclosures.jsonl?credential=${bytes32(one)}`);
    const byHolder = CREDENTIALS.map((one) => `/reports/recipients.jsonl?holder=${address(holderOf(one))}`);
    assert.deepEqual(await all(byCredential), byGrantee);
    assert.deepEqual(await all(byHolder), byGrantee);
  });

  it("a period leaves out what lies outside of it, and nothing else", async () => {
    const whole = (await access(GRANTEES[0])).rows;
    for (let i = 0; i < 12; i++) {
      const from = NOW + BigInt(random.int(Number(world.now - NOW)));
      const to = from + 1n + BigInt(random.int(60));
      if (to > world.now) continue;
      const expected = whole.filter((row) => row.from < to && (row.until === null || row.until > from));
      assert.deepEqual((await access(GRANTEES[0], `&from=${from}&to=${to}`)).rows, expected, again);
    }
    const ofOne = (await access(GRANTEES[0], `&purpose=${PURPOSES[1]}`)).rows;
    assert.deepEqual(
      ofOne,
      whole.filter(({ purpose }) => purpose === PURPOSES[1]),
    );
  });

  it("the readers at a moment are those of whoCanRead", async () => {
    for (let i = 0; i < 12; i++) {
      const credential = bytes32(random.pick(CREDENTIALS));
      const t = NOW + BigInt(random.int(Number(world.now - NOW)));
      const use = random.pick(["PURPOSE", "RECORD_KEEPING"]);
      const { rows, manifest } = await rowsOf(
        world,
        `/reports/readers.jsonl?credential=${credential}&at=${t}&use=${use}`,
      );
      const { whoCanRead } = await world.ask(
        `{ whoCanRead(credential: "${credential}", at: ${t}, use: ${use}, knownAt: "${manifest.knownAt}", first: 1000) {
          nodes { grantee purpose answer { decision reason validUntil explanation } } } }`,
      );
      assert.deepEqual(
        rows.map(({ grantee, purpose, decision, reason, validUntil, explanation }) => ({
          ...{ grantee, purpose },
          answer: { decision, reason, validUntil, explanation },
        })),
        whoCanRead.nodes,
        again,
      );
    }
  });

  it("the calendar has the ends of all grants, in order", async () => {
    const { rows, manifest } = await rowsOf(world, "/reports/retention.jsonl?from=0");
    const { grants } = await world.ask(
      `{ grants(knownAt: "${manifest.knownAt}", first: 1000) {
        nodes { credential grantee { address } purpose chain activeEnd accessEnd } } }`,
    );
    const expected = grants.nodes.flatMap(({ grantee, activeEnd, accessEnd, ...grant }: Row) => {
      const one = { ...grant, grantee: grantee.address };
      return [
        ...(accessEnd === null ? [] : [{ ...one, ends: accessEnd, what: "RECORDS_END" }]),
        ...(accessEnd === null || activeEnd === accessEnd ? [] : [{ ...one, ends: activeEnd, what: "PURPOSE_ENDS" }]),
      ];
    });
    const said = rows.map(({ ends, what, credential, grantee, purpose, chain }) => ({
      ...{ credential, purpose, chain, grantee, ends, what },
    }));
    const sorted = (list: Row[]): string[] =>
      list.map((one) => JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
    assert(expected.length > 5, again);
    assert.deepEqual(sorted(said), sorted(expected), again);
    assert.deepEqual(
      said.map(({ ends }) => ends),
      said.map(({ ends }) => ends).sort((a, b) => a - b),
    );
    const middle = said[said.length >> 1]?.ends;
    const later = (await rowsOf(world, `/reports/retention.jsonl?from=${middle}`)).rows;
    assert.deepEqual(
      later,
      rows.filter(({ ends }) => ends >= middle),
    );
  });

  it("the record of processing counts every grant once, and what was granted onward once more", async () => {
    for (const one of GRANTEES) {
      const { rows, manifest } = await rowsOf(world, `/reports/processing.jsonl?grantee=${address(one)}`);
      const count = async (filter: string): Promise<number> =>
        (
          await world.ask(
            `{ grants(filter: { ${filter}: "${address(one)}" }, knownAt: "${manifest.knownAt}", first: 1000) { nodes { id } } }`,
          )
        ).grants.nodes.length;
      const sum = (list: Row[]): number => list.reduce((total, { grants }) => total + grants, 0);
      assert.equal(sum(rows.filter(({ recipient }) => recipient === null)), await count("grantee"), again);
      assert.equal(sum(rows.filter(({ recipient }) => recipient !== null)), await count("grantor"), again);
      for (const { grants, pending, active, retained, ended } of rows)
        assert.equal(pending + active + retained + ended, grants);
    }
  });

  it("pages of GraphQL, two rows at a time, are the whole report", async () => {
    const walk = async (field: string, args: string, columns: string): Promise<Row[]> => {
      const found: Row[] = [];
      let rest = "";
      for (let turn = 0; turn < 500; turn++) {
        const { page } = await world.ask(
          `{ page: ${field}(${args}, first: 2${rest}) { nodes { ${columns} } hasNextPage endCursor knownAt complete } }`,
        );
        found.push(...page.nodes);
        assert.equal(page.complete, true);
        if (!page.hasNextPage) return found;
        rest = `, after: "${page.endCursor}", knownAt: "${page.knownAt}"`;
      }
      throw new Error("it has no end");
    };
    const compare = async (name: string, query: string, field: string, args: string): Promise<void> => {
      const { rows } = await rowsOf(world, `/reports/${name}.jsonl?${query}`);
      assert(rows.length > 1, `${name}; ${again}`);
      assert.deepEqual(await walk(field, args, Object.keys(rows[0]).join(" ")), rows);
    };
    const grantee = address(GRANTEES[0]);
    await compare("access", `grantee=${grantee}`, "accessPeriods", `grantee: "${grantee}"`);
    await compare("retention", `grantee=${grantee}&from=0`, "retentionCalendar", `grantee: "${grantee}", from: 0`);
    await compare("processing", `grantee=${grantee}`, "processingRecord", `grantee: "${grantee}"`);
  });

  it("refuses cursors of others, and more than a page can hold", async () => {
    const grantee = `grantee: "${address(11)}"`;
    for (const after of ["", "x", "0.1.0x.0x", "AQM.1", "1.1", `${"A".repeat(300)}.1`]) {
      assert.equal(
        (await world.fail(`{ accessPeriods(${grantee}, after: "${after}") { hasNextPage } }`)).code,
        "BAD_CURSOR",
      );
      assert.equal(
        (await world.fail(`{ retentionCalendar(${grantee}, after: "${after}") { hasNextPage } }`)).code,
        "BAD_CURSOR",
      );
    }
    for (const after of ["", "1.1", "1.1.0x00.0x", "01.1.0x.0x", "99999999999.1.0x.0x", "1.1.0X.0x"])
      assert.equal(
        (await world.fail(`{ processingRecord(${grantee}, after: "${after}") { hasNextPage } }`)).code,
        "BAD_CURSOR",
      );
    for (const rest of ["first: 1001", "first: -1", "from: 5, to: 5", `to: ${world.now + 10_000n}`])
      assert.equal(
        (await world.fail(`{ accessPeriods(${grantee}, ${rest}) { hasNextPage } }`)).code,
        "BAD_INPUT",
        rest,
      );
    assert.equal((await world.fail("{ accessPeriods { hasNextPage } }")).code, "BAD_INPUT");
  });
});
