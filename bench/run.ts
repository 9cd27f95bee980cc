import { measureAnswers } from "./measures/answers.ts";
import { type Backfill, measureBackfill } from "./measures/backfill.ts";
import { measureFloors } from "./measures/floors.ts";
import { measureLatency } from "./measures/latency.ts";
import { measureReorgs } from "./measures/reorgs.ts";
import { measureRestart } from "./measures/restart.ts";
import { measureTakeover } from "./measures/takeover.ts";
import { quantile, type World } from "./measures/world.ts";
import type { BenchOptions, Part } from "./options.ts";
import { startMeter } from "./proxy/meter.ts";
import type { MeasureKey } from "./report/measures.ts";
import type { Results } from "./report/results.ts";
import type { Subject } from "./subjects/subject.ts";

/** Everything that was asked for, of every subject, into the results. */
export class BenchRun {
  readonly #world: World;
  readonly #options: BenchOptions;
  readonly #results: Results;
  /** The last database that each subject filled. */
  readonly #filled = new Map<string, string>();

  constructor(world: World, options: BenchOptions, results: Results) {
    this.#world = world;
    this.#options = options;
    this.#results = results;
  }

  async measure(subjects: readonly Subject[]): Promise<void> {
    const { only, runs } = this.#options;
    const wanted = (part: Part): boolean => only.includes(part);
    // Round after round, so that what else the machine does meets everybody alike.
    for (let round = 0; round < runs; round++) {
      if (wanted("floors")) await this.#floors();
      for (const part of ["backfill", "delayed", "restart"] as const)
        if (wanted(part)) for (const subject of subjects) await this.#attempt(part, subject, () => this[part](subject));
    }
    for (const part of ["latency", "answers", "takeover"] as const)
      if (wanted(part)) for (const subject of subjects) await this.#attempt(part, subject, () => this[part](subject));
    if (wanted("reorgs"))
      for (const subject of subjects) await this.#attempt("reorgs", subject, () => this.reorgs(subject));
  }

  /** One that cannot be measured must not cost the others their figures; what happened is said. */
  async #attempt(part: Part, subject: Subject, work: () => Promise<void>): Promise<void> {
    const reason = subject.without?.[part];
    if (reason !== undefined) return;
    try {
      await work();
    } catch (error) {
      this.#world.say(`${part}, ${subject.title}: FAILED: ${error instanceof Error ? error.message : String(error)}`);
      this.#results.fail(part, subject.key, error);
    }
  }

  async #floors(): Promise<void> {
    const floors = await measureFloors(this.#world);
    this.#note("", {
      floorFetch: floors.fetchLogs,
      floorParse: floors.parseJson,
      floorCopy: floors.copyWithPrimaryKey,
    });
  }

  async backfill(subject: Subject): Promise<void> {
    const taken = await measureBackfill(subject, this.#world);
    this.#filled.set(subject.key, taken.databaseUrl);
    this.#note(subject.key, {
      backfill: rateOf(taken),
      backfillCpu: taken.cpuSeconds,
      backfillDatabaseCpu: taken.databaseCpuSeconds,
      peakMemory: taken.peakRssMb,
    });
  }

  async delayed(subject: Subject): Promise<void> {
    const meter = await startMeter(this.#world.chain.anvil.url, this.#options.delayMs);
    try {
      const taken = await measureBackfill(subject, this.#world, meter.url);
      const { requests, calls, bytes } = await meter.asked();
      this.#note(subject.key, { delayed: rateOf(taken), requests, calls, received: bytes / 1e6 });
    } finally {
      await meter.stop();
    }
  }

  async restart(subject: Subject): Promise<void> {
    const databaseUrl = await this.#databaseOf(subject);
    const ended = await measureRestart(subject, this.#world, databaseUrl, "SIGTERM");
    this.#note(subject.key, { restart: ended.rowSeconds, restartAnswer: ended.answerSeconds });
    const killed = await measureRestart(subject, this.#world, databaseUrl, "SIGKILL");
    this.#note(subject.key, { restartKilled: killed.rowSeconds, restartKilledAnswer: killed.answerSeconds });
  }

  async latency(subject: Subject): Promise<void> {
    for (const heads of ["poll", "soonest"] as const) {
      if (subject.without?.[heads] !== undefined) continue;
      const { samples } = this.#options;
      const { row, answer } = await measureLatency(subject, this.#world, { heads, samples });
      const values = [quantile(row, 0.5), quantile(row, 0.95), quantile(answer, 0.5), quantile(answer, 0.95)] as const;
      this.#note(
        subject.key,
        heads === "poll"
          ? { pollRow: values[0], pollRow95: values[1], pollAnswer: values[2], pollAnswer95: values[3] }
          : { soonRow: values[0], soonRow95: values[1], soonAnswer: values[2], soonAnswer95: values[3] },
      );
    }
  }

  async answers(subject: Subject): Promise<void> {
    if (subject.questions === undefined) return;
    const databaseUrl = await this.#databaseOf(subject);
    const loads = await measureAnswers(subject, this.#world, databaseUrl, this.#options.seconds);
    for (const [measure, { requestsPerSecond, p99Ms }] of loads)
      this.#note(subject.key, { [measure]: requestsPerSecond, [`${measure}P99`]: p99Ms });
  }

  async takeover(subject: Subject): Promise<void> {
    const databaseUrl = await this.#databaseOf(subject);
    for (let round = 0; round < this.#options.runs; round++)
      this.#note(subject.key, { takeover: await measureTakeover(subject, this.#world, databaseUrl) });
  }

  async reorgs(subject: Subject): Promise<void> {
    const grown = await measureReorgs(subject, this.#world, true);
    this.#note(subject.key, {
      reorgWrong: grown.wrong,
      reorgMissing: grown.missing,
      reorgRight: grown.rightAfterSeconds,
    });
    const equal = await measureReorgs(subject, this.#world, false);
    this.#note(subject.key, {
      equalWrong: equal.wrong,
      equalMissing: equal.missing,
      equalRight: equal.rightAfterSeconds,
    });
  }

  async #databaseOf(subject: Subject): Promise<string> {
    const filled = this.#filled.get(subject.key) ?? (await measureBackfill(subject, this.#world)).databaseUrl;
    this.#filled.set(subject.key, filled);
    return filled;
  }

  #note(subject: string, values: Partial<Record<MeasureKey, number | undefined>>): void {
    for (const [measure, value] of Object.entries(values) as [MeasureKey, number | undefined][])
      this.#results.add(measure, subject, value);
    const shown = Object.entries(values).filter(([, value]) => value !== undefined && !Number.isNaN(value));
    this.#world.say(
      `${subject || "machine"}: ${shown.map(([measure, value]) => `${measure} ${Number(value).toPrecision(5)}`).join(", ")}`,
    );
  }
}

const rateOf = ({ events, seconds }: Backfill): number => events / seconds;
