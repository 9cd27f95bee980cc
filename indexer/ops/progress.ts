/** How far a long reading has come, how fast it goes, and when it will be done. */

export interface ProgressReport {
  readonly done: number;
  readonly total: number;
  /** Over the last minute; undefined before two looks at it. */
  readonly perSecond: number | undefined;
  /** Undefined where the rate says nothing: not known yet, or standing still. */
  readonly secondsLeft: number | undefined;
}

/** The rate follows what the node gives now, not what it gave an hour ago. */
const WINDOW_MS = 60_000;
/** A look that is nearer to the one before it adds nothing but memory. */
const LOOK_EVERY_MS = 250;

interface Look {
  readonly at: number;
  readonly done: number;
}

export class Progress {
  #looks: Look[] = [];
  #latest: Look | undefined;
  #total = 0;

  /**
   * @param at milliseconds of any clock that only goes forward.
   * @param total may grow: the end of a chain moves while its history is read.
   */
  note(at: number, done: number, total: number): void {
    const last = this.#looks.at(-1);
    this.#latest = { at, done };
    this.#total = total;
    // What went back (a reorg) begins anew: a rate across it would be of neither.
    if (last !== undefined && done < last.done) this.#looks = [];
    if (last === undefined || this.#looks.length === 0 || at - last.at >= LOOK_EVERY_MS) this.#looks.push(this.#latest);
    while ((this.#looks[0]?.at ?? at) < at - WINDOW_MS && this.#looks.length > 1) this.#looks.shift();
  }

  report(): ProgressReport | undefined {
    const latest = this.#latest;
    if (latest === undefined) return undefined;
    const { done } = latest;
    const first = this.#looks[0] ?? latest;
    const seconds = (latest.at - first.at) / 1000;
    const perSecond = seconds > 0 ? (done - first.done) / seconds : undefined;
    const left = Math.max(0, this.#total - done);
    const secondsLeft = left === 0 ? 0 : perSecond !== undefined && perSecond > 0 ? left / perSecond : undefined;
    return { done, total: Math.max(this.#total, done), perSecond, secondsLeft };
  }
}

/** `37.5 %, 1,234,567 of 3,290,000 blocks, 5,210/s, 6 min left`. */
export function progressWords({ done, total, perSecond, secondsLeft }: ProgressReport, of = "blocks"): string {
  const count = (value: number): string => Math.round(value).toLocaleString("en-US");
  // Rounded down, so that what is not done is never called 100 %.
  const percent = total === 0 ? "100.0" : (Math.floor((done / total) * 1000) / 10).toFixed(1);
  const parts = [`${percent} %`, `${count(done)} of ${count(total)} ${of}`];
  if (perSecond !== undefined) parts.push(`${count(perSecond)}/s`);
  if (secondsLeft !== undefined) parts.push(`${durationWords(secondsLeft)} left`);
  return parts.join(", ");
}

export function durationWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
}
