import { Progress, progressWords } from "../ops/progress.ts";
import type { Report } from "./report.ts";

const EVERY_MS = 2_000;

/** Tells how far long work has come, every few seconds. @param of what is counted. */
export function tellProgress(report: Report, total: number, of: string): (done: number) => void {
  const progress = new Progress();
  let toldAt = performance.now();
  return (done) => {
    const now = performance.now();
    progress.note(now, done, total);
    if (now - toldAt < EVERY_MS) return;
    toldAt = now;
    const come = progress.report();
    if (come !== undefined) report.progress(progressWords(come, of));
  };
}
