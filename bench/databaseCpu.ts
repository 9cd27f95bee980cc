import { readdir, readFile } from "node:fs/promises";
import type pg from "pg";

/** Clock ticks a second in /proc on Linux. */
const TICKS = 100;

/** CPU seconds that the server of this connection and all its processes, ended ones too, have used. Linux only. */
export async function databaseCpu(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  const [, server] = await statOf(rows[0].pid);
  let ticks = 0;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const [pid, parent, own, children] = await statOf(entry).catch(() => [0, 0, 0, 0] as const);
    if (pid === server) ticks += own + children;
    else if (parent === server) ticks += own;
  }
  return ticks / TICKS;
}

/** proc(5): process, parent, own ticks, ticks of children that were waited for. */
async function statOf(pid: string | number): Promise<readonly [number, number, number, number]> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const at = (i: number): number => fields[i - 3] ?? 0;
  return [Number(pid), at(4), at(14) + at(15), at(16) + at(17)];
}
