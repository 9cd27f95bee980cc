import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { CopyBuffer } from "../../indexer/ledger/copy.ts";
import { timestamptz } from "../../indexer/ledger/cursor.ts";
import { connect } from "../support/ledger.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { checkedAsync } from "../support/property.ts";

/** Rows written in PostgreSQL's binary format are read back exactly. */

let postgres: TestPostgres;
let sql: pg.Client;
before(async () => {
  postgres = await startTestPostgres();
  sql = await connect(await postgres.createDatabase());
  await sql.query(`CREATE TEMPORARY TABLE copied (
    n integer, i2 smallint, i4 integer, i8 bigint, u2 smallint, u4 integer, u8 bigint, b bytea, t text, at timestamptz)`);
});
after(async () => {
  await sql?.end();
  await postgres?.stop();
});

const bigint = (bits: bigint) => fc.bigInt({ min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 8, nil: null });
const row = fc.record({
  i2: orNull(fc.oneof(fc.integer({ min: -32768, max: 32767 }), fc.constantFrom(-32768, 32767, 0, -1))),
  i4: orNull(fc.oneof(fc.integer(), fc.constantFrom(-2147483648, 2147483647, 0, -1))),
  i8: orNull(fc.oneof(bigint(64n), fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 0n, -1n, 2n ** 53n + 1n))),
  word: fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constantFrom(new Uint8Array(32).fill(255))),
  b: orNull(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(new Uint8Array(70_000).fill(0)))),
  t: orNull(fc.string({ unit: "grapheme-ascii" })),
  // From 1970 to beyond the year 2200, to the microsecond.
  at: orNull(fc.bigInt({ min: 0n, max: 2n ** 53n })),
});

test("every type, every boundary, null", async () => {
  await checkedAsync(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
      const copy = new CopyBuffer(64);
      const or = <T>(value: T | null, write: (value: T) => void): void => (value === null ? copy.null() : write(value));
      for (const [n, { i2, i4, i8, word, b, t, at }] of rows.entries()) {
        copy.row(10);
        copy.int4(n);
        or(i2, (value) => copy.int2(value));
        or(i4, (value) => copy.int4(value));
        or(i8, (value) => copy.int8(value));
        copy.uint(word, 31, 1, 2);
        copy.uint(word, 29, 2, 4);
        copy.uint(word, 5, 5, 8);
        or(b, (value) => copy.bytea(value));
        or(t, (value) => copy.text(value));
        or(at, (value) => copy.timestamptz(value));
      }
      await sql.query("TRUNCATE copied");
      await pipeline(Readable.from([copy.finish()]), sql.query(copyFrom("COPY copied FROM STDIN (FORMAT binary)")));
      const { rows: found } = await sql.query(
        "SELECT i2, i4, i8, u2, u4, u8, b, t, (extract(epoch FROM at) * 1000000)::bigint AS at FROM copied ORDER BY n",
      );
      assert.deepEqual(
        found.map((one) => ({ ...one })),
        rows.map(({ i2, i4, i8, word, b, t, at }) => {
          const view = Buffer.from(word);
          const [u2, u4, u8] = [view.readUInt8(31), view.readUInt16BE(29), BigInt(view.readUIntBE(5, 5))];
          return { i2, i4, i8, u2, u4, u8, b: b && `0x${Buffer.from(b).toString("hex")}`, t, at };
        }),
      );
    }),
    60,
  );
});

test("a time of knowledge as text is the same microsecond", async () => {
  await checkedAsync(
    fc.asyncProperty(fc.bigInt({ min: 0n, max: 2n ** 52n }), async (micros) => {
      const { rows } = await sql.query("SELECT (extract(epoch FROM $1::timestamptz) * 1000000)::bigint AS micros", [
        timestamptz(micros),
      ]);
      assert.equal(rows[0].micros, micros);
    }),
  );
});

test("a long value that needs more room than there is goes into the new memory", () => {
  const long = Uint8Array.from({ length: 200 }, (_, i) => i);
  for (let capacity = 32; capacity < 300; capacity++) {
    const copy = new CopyBuffer(capacity);
    copy.row(1);
    copy.bytea(long);
    const bytes = copy.finish();
    assert.deepEqual(bytes.subarray(-202, -2), Buffer.from(long), `${capacity} bytes at first`);
  }
});
