import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger, LOG_LEVELS, LOG_ROOMS, type LogOptions } from "../../indexer/ops/log.ts";

/** Which of one line at each level, from each room, come through. */
function heard(options: LogOptions): Record<string, string[]> {
  const lines: string[] = [];
  const log = createLogger(options, { write: (line: string) => void lines.push(line) });
  for (const room of LOG_ROOMS) {
    const child = log.child({ room });
    for (const level of LOG_LEVELS) child[level](level);
    child.child({ chain: 1 })[LOG_LEVELS[0]]("of a child");
  }
  const parsed = lines.map((line) => JSON.parse(line) as { room: string; msg: string });
  return Object.fromEntries(
    LOG_ROOMS.map((room) => [room, parsed.filter((line) => line.room === room).map(({ msg }) => msg)]),
  );
}

test("each room has the common level, unless it has its own; a child of a room has the room's", () => {
  const rooms = heard({ level: "warn", rooms: { sync: "trace", api: "error" } });
  assert.deepEqual(rooms["ledger"], ["warn", "error"]);
  assert.deepEqual(rooms["api"], ["error"]);
  assert.deepEqual(rooms["sync"], [...LOG_LEVELS, "of a child"]);
});

test("without rooms there is one level", () => {
  for (const said of Object.values(heard({ level: "info" }))) assert.deepEqual(said, ["info", "warn", "error"]);
});
