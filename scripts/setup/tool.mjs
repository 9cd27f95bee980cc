import { spawn } from "node:child_process";
import { constants } from "node:os";
import { SetupError } from "./progress.mjs";

const TAIL_LINES = 30;
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs one tool of the set-up quietly and within a bound; its last lines are shown only if it fails. The tool gets a
 * process group of its own, because npx starts npm and npm starts install scripts: a signal or the timeout ends all.
 */
export async function runTool({ command, args, cwd, env, timeoutMs, lock, advice }) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  // If this process is killed, the tool goes on: the next set-up then waits for it instead of writing beside it.
  if (child.pid !== undefined) lock.add(child.pid);
  const tail = [];
  for (const stream of [child.stdout, child.stderr]) collect(stream, tail);
  let ended;
  const end = (why, signal) => {
    ended ??= why;
    if (child.pid !== undefined) killGroup(child.pid, signal);
  };
  const timer = setTimeout(() => end("timeout", "SIGKILL"), timeoutMs);
  const onSignal = (signal) => end(signal, signal);
  for (const signal of FORWARDED) process.on(signal, onSignal);
  try {
    const [code, failure] = await new Promise((resolve) => {
      child.on("error", (error) => resolve([null, error.message]));
      child.on("close", (exitCode, signal) => resolve([exitCode, signal ?? `exit code ${exitCode}`]));
    });
    if (ended in constants.signals) throw interrupted(ended);
    const reason = ended === "timeout" ? `no end after ${Math.round(timeoutMs / 60_000)} minutes` : failure;
    if (code !== 0 || ended) throw new SetupError(failed(command, args, reason, tail, advice));
  } finally {
    clearTimeout(timer);
    for (const signal of FORWARDED) process.off(signal, onSignal);
  }
}

function failed(command, args, reason, tail, advice) {
  const output = tail.length === 0 ? "It printed nothing." : `Its last lines:\n\n${tail.join("\n")}\n`;
  return `\`${[command, ...args].join(" ")}\` failed (${reason}). ${output}\n${advice}`;
}

function interrupted(signal) {
  const error = new SetupError("Set-up was interrupted; the next run begins it again.");
  error.exitCode = 128 + constants.signals[signal];
  return error;
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

function collect(stream, tail) {
  stream.setEncoding("utf8");
  let rest = "";
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    tail.push(...lines.filter((line) => line.trim() !== ""));
    tail.splice(0, tail.length - TAIL_LINES);
  });
  stream.on("end", () => {
    if (rest.trim() !== "") tail.push(rest);
  });
}
