import { spawn } from "node:child_process";
import { constants } from "node:os";
import { SetupError } from "./progress.mjs";

const FIRST_LINES = 12;
const LAST_LINES = 20;
/** Starts only when the lock names it: one that ran before would be a writer nobody knows of, were this process killed. */
const ONCE_TOLD = 'read -r go && exec "$@" < /dev/null';
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs one tool of the set-up quietly and within a bound; its output is shown only if it fails. The tool gets a
 * process group of its own, because npx starts npm and npm starts install scripts: a signal or the timeout ends all.
 */
export async function runTool({ command, args, cwd, env, timeoutMs, lock, advice }) {
  const child = spawn("sh", ["-c", ONCE_TOLD, "sh", command, ...args], { cwd, env, detached: true, stdio: "pipe" });
  // If this process is killed, the tool goes on: the next set-up then waits for it instead of writing beside it.
  if (child.pid !== undefined) lock.add(child.pid);
  // A shell that ended first has nobody to tell: how it ended is what the caller hears.
  child.stdin.on("error", () => {});
  child.stdin.end("go\n");
  const output = { first: [], last: [] };
  for (const stream of [child.stdout, child.stderr]) collect(stream, output);
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
    if (code !== 0 || ended) throw new SetupError(failed(command, args, reason, output, advice));
  } finally {
    clearTimeout(timer);
    for (const signal of FORWARDED) process.off(signal, onSignal);
  }
}

function failed(command, args, reason, { first, last }, advice) {
  const lines = [...first, ...last];
  const said = lines.length === 0 ? "It printed nothing." : `It said:\n\n${lines.join("\n")}\n`;
  return `\`${[command, ...args].join(" ")}\` failed (${reason}). ${said}\n${advice}`;
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

/** Keeps both ends: npm names the error first and may end with pages of usage. */
function collect(stream, { first, last }) {
  stream.setEncoding("utf8");
  let rest = "";
  const take = (lines) => {
    for (const line of lines.filter((text) => /\w/.test(text.replace(/^npm \w+/, "")))) {
      if (first.length < FIRST_LINES) first.push(line);
      else last.push(line);
      if (last.length > LAST_LINES) last.splice(0, 2, "…");
    }
  };
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    take(lines);
  });
  stream.on("end", () => take([rest]));
}
