import { monitorEventLoopDelay } from "node:perf_hooks";

/** Whether this process gets to do what it is asked: the delay of its event loop, over windows of ten seconds. */
export interface EventLoop {
  /** Median delay of the last whole window, in milliseconds. */
  medianDelayMs(): number;
  stop(): void;
}

const WINDOW_MS = 10_000;
const RESOLUTION_MS = 20;

/** One long task is no reason to restart a process; one that is late half of the time is. */
export const STALLED_MS = 1_000;

export function watchEventLoop(): EventLoop {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let median = 0;
  const timer = setInterval(() => {
    median = Math.max(0, histogram.percentile(50) / 1e6 - RESOLUTION_MS);
    histogram.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    medianDelayMs: () => median,
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
