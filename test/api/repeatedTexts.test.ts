import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Database } from "../../indexer/api/database.ts";
import { NAMES_LAST_MS, RepeatedTexts } from "../../indexer/api/repeatedTexts.ts";
import { startTestPostgres } from "../support/postgres.ts";

describe("statements that come again", () => {
  it("are named from the second time on, each by a name of its own, always the same", () => {
    const texts = new RepeatedTexts(() => 0);
    assert.equal(texts.nameOf("a"), undefined);
    const name = texts.nameOf("a");
    assert.match(name ?? "", /^[0-9a-f]{32}$/);
    assert.equal(texts.nameOf("a"), name);
    texts.nameOf("b");
    const other = texts.nameOf("b");
    assert.ok(other !== undefined && other !== name);
    const another = new RepeatedTexts(() => 0);
    another.nameOf("a");
    assert.equal(another.nameOf("a"), name, "a connection that outlives the names has it under the same text");
  });

  it("get no name where there are too many, and keep those that they have", () => {
    const texts = new RepeatedTexts(() => 0);
    const names = new Set<string>();
    for (let i = 0; i < 5_000; i++) {
      texts.nameOf(`text ${i}`);
      const name = texts.nameOf(`text ${i}`);
      if (name !== undefined) names.add(name);
    }
    assert.equal(names.size, 128);
    assert.ok(names.has(texts.nameOf("text 0") ?? ""));
    assert.equal(texts.nameOf("text 4999"), undefined);
  });

  it("that were asked for once and not again take no name from others", () => {
    const texts = new RepeatedTexts(() => 0);
    for (let i = 0; i < 5_000; i++) texts.nameOf(`text ${i}`);
    texts.nameOf("a");
    assert.notEqual(texts.nameOf("a"), undefined);
  });

  it("are named anew after a while, so that those in use have their turn", () => {
    let now = 0;
    const texts = new RepeatedTexts(() => now);
    for (let i = 0; i < 200; i++) for (const _ of [1, 2]) texts.nameOf(`text ${i}`);
    for (const _ of [1, 2]) assert.equal(texts.nameOf("late"), undefined);
    now = NAMES_LAST_MS;
    assert.equal(texts.nameOf("late"), undefined);
    assert.notEqual(texts.nameOf("late"), undefined);
  });

  it("are prepared by the database, and others never", async () => {
    const postgres = await startTestPostgres();
    const database = new Database(await postgres.createDatabase(), () => {});
    try {
      // One after the other, so that all go through one connection.
      const prepared = async (): Promise<string[]> =>
        (await database.query<{ statement: string }>("SELECT statement FROM pg_prepared_statements", [])).map(
          ({ statement }) => statement,
        );
      const [text, other] = ["SELECT $1::integer AS one", "SELECT $1::integer AS other"];
      for (let i = 0; i < 3; i++) await database.query(other, [i]);
      await database.repeated(text, [1]);
      assert.deepEqual(await prepared(), []);
      assert.deepEqual(await database.repeated(text, [2]), [{ one: 2 }]);
      assert.deepEqual(await prepared(), [text]);
      // Whoever shares the connections shares the names.
      assert.deepEqual(await database.noting(() => {}).repeated(text, [3]), [{ one: 3 }]);
      assert.deepEqual(await prepared(), [text]);
    } finally {
      await database.close();
      await postgres.stop();
    }
  });
});
