import { whenOrphaned } from "./lifeline.ts";

/** One Ctrl-C arrives several times: from the terminal, from npm and from the wrapper. */
const SAME_PRESS_MS = 2_000;

export interface StopRequest {
  /** Aborted at the first request to stop. */
  readonly signal: AbortSignal;
  /** Asks for the same from within. */
  stop(): void;
}

/**
 * Listens for everything that asks this process to stop: Ctrl-C, kill, a closed terminal, a killed parent, an output that
 * nobody reads any more. Asked again after two seconds, it calls `force`.
 */
export function listenForStop(force: () => void): StopRequest {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const request = (): void => {
    const now = performance.now();
    firstAt ??= now;
    controller.abort();
    if (now - firstAt > SAME_PRESS_MS) force();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, request);
  whenOrphaned(() => controller.abort());
  // Written to after its reader is gone, an output emits an error, which would end the process before it has cleaned up.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => controller.abort());
  return { signal: controller.signal, stop: () => controller.abort() };
}
