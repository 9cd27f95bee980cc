import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { until } from "../../bench/measures/world.ts";
import { launch } from "../../bench/process/launch.ts";
import { usageOf } from "../../bench/process/usage.ts";

const script = (code: string) => launch({ command: process.execPath, args: ["-e", code] });
const HOLD = "const held = Buffer.alloc(80e6, 1); console.log('held'); setInterval(() => held.length, 1000);";

test("memory and CPU are those of the process and what it started", {
  skip: !existsSync("/proc/self/stat"),
}, async () => {
  const parent = script(
    `const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(HOLD)}], { stdio: 'inherit' });
     process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(0); }); setInterval(() => {}, 1000);`,
  );
  try {
    await parent.line(/held/, 30_000);
    const usage = parent.usage();
    assert.ok(usage !== undefined && usage.peakRssMb > 80 && usage.cpuSeconds > 0, JSON.stringify(usage));
  } finally {
    await parent.end("SIGTERM");
  }
  assert.equal(usageOf(parent.pid), undefined);
  assert.ok((parent.usage()?.peakRssMb ?? 0) > 80, "what it was stays known");
});

test("waiting for what a process should do ends when the process does, and says what it said", async () => {
  const failing = script("console.error('out of luck'); process.exit(3)");
  const options = { everyMs: 5, withinMs: 30_000, what: "something", by: failing };
  await assert.rejects(
    until(async () => false, options),
    /something: the process ended\n.*out of luck/s,
  );
});

test("a question that fails is asked again", async () => {
  let asked = 0;
  await until(
    async () => {
      if (++asked < 3) throw new Error("no such table");
      return true;
    },
    { everyMs: 1, withinMs: 30_000, what: "a table" },
  );
  assert.equal(asked, 3);
});
