import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { pinnedNode } from "./installed.mjs";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a script under the pinned Node and returns its exit code.
 *
 * Ctrl-C in a terminal reaches the script by itself and through here: it must take signals that arrive together as one.
 * The IPC channel is a lifeline: it closes when this process dies in whatever way, and the script ends at that
 * (scripts/terminal/lifeline.ts).
 */
export function runPinned(root, script, args) {
  const child = spawn(pinnedNode(root), [script, ...args], {
    cwd: root,
    env: { ...process.env, PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}` },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const forward = (signal) => child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise((resolve) => {
    child.on("error", (error) => {
      process.stderr.write(
        `Could not start ${pinnedNode(root)}: ${error.message}. Please delete node_modules and try again.\n`,
      );
      resolve(1);
    });
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
