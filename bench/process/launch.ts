import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Usage, usageOf } from "./usage.ts";

/** How something is started. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly pid: number;
  /** Standard output and error so far, its last part. */
  output(): string;
  alive(): boolean;
  /** The most that was seen of what it used. */
  usage(): Usage | undefined;
  /** First line of standard output that matches, as its groups. */
  line(pattern: RegExp, withinMs: number): Promise<RegExpExecArray>;
  /** Ends it and waits until it has ended; SIGKILL follows a SIGTERM that had no effect. Seconds that took. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number>;
}

const SAMPLE_MS = 50;
const GRACE_MS = 30_000;
const OUTPUT_CHARACTERS = 20_000;
const running = new Set<ChildProcess>();

/** Whatever happens to the run, nothing that it started goes on. */
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export function launch({ command, args, cwd, env }: Launch): Running {
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const exited = once(child, "exit").finally(() => running.delete(child));
  exited.catch(() => {});
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-OUTPUT_CHARACTERS);
    });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  let usage: Usage | undefined;
  // Both only grow, but a process that is just ending shows less than it was.
  const look = (): void => {
    const now = usageOf(pid);
    if (now === undefined) return;
    usage = {
      peakRssMb: Math.max(now.peakRssMb, usage?.peakRssMb ?? 0),
      cpuSeconds: Math.max(now.cpuSeconds, usage?.cpuSeconds ?? 0),
    };
  };
  const sampler = setInterval(look, SAMPLE_MS);
  void exited.finally(() => clearInterval(sampler));
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    output: () => output,
    alive,
    usage: () => {
      look();
      return usage;
    },
    async line(pattern, withinMs) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const found = pattern.exec(output);
        if (found !== null) return found;
        if (!alive() || performance.now() > deadline)
          throw new Error(`${command} ${args[0]} did not say ${pattern}, but:\n${output.slice(-2000)}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    async end(signal) {
      const begun = performance.now();
      if (alive()) {
        child.kill(signal);
        const kill = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
        await exited;
        clearTimeout(kill);
      }
      return (performance.now() - begun) / 1000;
    },
  };
}
