import { readdirSync, readFileSync } from "node:fs";

/** What a process and everything it started has used so far. Linux only: elsewhere nothing is known, and nothing is said. */
export interface Usage {
  /** Of each process the most that it ever held, together. */
  readonly peakRssMb: number;
  /** User and system, of children that ended too. */
  readonly cpuSeconds: number;
}

/** Ticks a second in /proc/<pid>/stat: the same on every Linux that Node runs on (proc_pid_stat(5), sysconf(3)). */
const TICKS = 100;

/** Undefined when the process is gone, or where there is no /proc. */
export function usageOf(pid: number): Usage | undefined {
  try {
    return treeOf(pid)
      .map(one)
      .reduce((sum, next) => ({
        peakRssMb: sum.peakRssMb + next.peakRssMb,
        cpuSeconds: sum.cpuSeconds + next.cpuSeconds,
      }));
  } catch {
    return undefined;
  }
}

/** Resident set of the process and everything it started at this moment, in MB. */
export function residentMb(pid: number): number | undefined {
  try {
    return treeOf(pid).reduce((sum, one) => sum + kilobytes(one, "VmRSS") / 1024, 0);
  } catch {
    return undefined;
  }
}

export function parentOf(pid: number): number {
  return Number(statOf(pid)[1]);
}

function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(alive)];
}

/** A child may end while its parent is looked at: its time is then the parent's. */
function alive(pid: number): number[] {
  try {
    return treeOf(pid);
  } catch {
    return [];
  }
}

function one(pid: number): Usage {
  const [user, system, childUser, childSystem] = statOf(pid).slice(11, 15).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return { peakRssMb: kilobytes(pid, "VmHWM") / 1024, cpuSeconds: (user + system + childUser + childSystem) / TICKS };
}

/** From the state on: what comes before is the name, which may hold anything. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function kilobytes(pid: number, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(found?.[1] ?? 0);
}
