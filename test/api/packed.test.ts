import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { EXACT_TYPES } from "../../indexer/api/connections.ts";
import { type Packed, packed, unpack } from "../../indexer/api/read/packed.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { checkedAsync } from "../support/property.ts";

/** What a packed row says is what the driver reads of its columns, whatever is in them. */

interface Row {
  bytes: Buffer | null;
  large: bigint | null;
  small: number | null;
  word: string | null;
}

const PACKING: Packed<Row> = packed<Row>(
  { bytes: "bytes", large: "bigint", small: "int", word: "word" },
  (name) => `t.${name}`,
);
const GIVEN = "(SELECT $1::bytea AS bytes, $2::bigint AS large, $3::integer AS small, $4::text AS word) t";
/** What words are: names of constants, and times. */
const word = fc.stringMatching(/^[A-Z_a-z0-9:.+-]{1,30}$/);
const row = fc.tuple(
  fc.option(fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes))),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.integer()),
  fc.option(word),
);

describe("a packed row", () => {
  let postgres: TestPostgres;
  let client: pg.Client;
  before(async () => {
    postgres = await startTestPostgres();
    client = new pg.Client({ connectionString: await postgres.createDatabase(), types: EXACT_TYPES });
    await client.connect();
  });
  after(async () => {
    await client?.end();
    await postgres?.stop();
  });

  const plain = ({ bytes, large, small, word: said }: Row): Row => ({ bytes, large, small, word: said });

  it("says what the driver reads", async () => {
    await checkedAsync(
      fc.asyncProperty(row, async (values) => {
        const { rows } = await client.query(`SELECT t.*, ${PACKING.sql} AS packed FROM ${GIVEN}`, values);
        assert.deepEqual(plain(PACKING.read(rows[0].packed)), plain(rows[0]));
      }),
      300,
    );
  });

  it("comes with others in one text, in their order", async () => {
    const { rows } = await client.query(
      `SELECT string_agg(${PACKING.sql}, E'\\n' ORDER BY t.small) AS lines
         FROM (SELECT decode(lpad('', 2 * i, 'ab'), 'hex') AS bytes, i::bigint AS large, i AS small, NULL::text AS word
                 FROM generate_series(0, 4) i) t`,
    );
    const found = unpack(PACKING, rows[0].lines).map(plain);
    assert.deepEqual(
      found,
      [0, 1, 2, 3, 4].map((i) => ({ bytes: Buffer.alloc(i, 0xab), large: BigInt(i), small: i, word: null })),
    );
    assert.deepEqual(unpack(PACKING, null), []);
  });

  it("whose word is none is refused, not misread", async () => {
    for (const text of ["two words", "(in brackets)", 'said "so"', "back\\slash", ""]) {
      const { rows } = await client.query(`SELECT ${PACKING.sql} AS packed FROM ${GIVEN}`, [null, null, null, text]);
      assert.throws(() => PACKING.read(rows[0].packed).word, /is no word/);
    }
  });

  it("of other columns than were asked for is refused, not misread", async () => {
    for (const text of ["(1,2,3)", "(1,2,3,4,5)", '("a,b",2,3,4)', "()"])
      assert.throws(() => PACKING.read(text), /columns where 4 \(bytes, large, small, word\) were asked for/);
  });
});
