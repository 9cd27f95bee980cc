import { median } from "../measures/world.ts";
import { MEASURES, type Measure, type MeasureKey } from "./measures.ts";

export interface Result {
  readonly measure: MeasureKey;
  /** Key of a subject; empty for what belongs to the machine. */
  readonly subject: string;
  readonly unit: string;
  /** Of each run, in order. */
  readonly values: readonly number[];
  readonly median: number;
}

/** What could not be measured, and what it said. */
export interface Failure {
  readonly part: string;
  readonly subject: string;
  readonly why: string;
}

/** What was measured so far. */
export class Results {
  readonly failures: Failure[] = [];
  readonly #values = new Map<string, { measure: MeasureKey; subject: string; values: number[] }>();

  /** Undefined is what could not be measured here, and leaves no trace. */
  add(measure: MeasureKey, subject: string, value: number | undefined): void {
    if (value === undefined || Number.isNaN(value)) return;
    const key = `${measure}/${subject}`;
    const known = this.#values.get(key) ?? { measure, subject, values: [] };
    known.values.push(value);
    this.#values.set(key, known);
  }

  fail(part: string, subject: string, error: unknown): void {
    this.failures.push({ part, subject, why: error instanceof Error ? error.message.slice(0, 500) : String(error) });
  }

  list(): Result[] {
    return [...this.#values.values()].map(({ measure, subject, values }) => ({
      measure,
      subject,
      unit: MEASURES[measure].unit,
      values,
      median: median(values),
    }));
  }
}

/**
 * A Markdown table: a row for each measure, a column for each subject; in brackets how many times better the first of the
 * subjects is.
 */
export function table(results: readonly Result[], subjects: readonly { key: string; title: string }[]): string {
  const found = (measure: string, subject: string): number | undefined =>
    results.find((one) => one.measure === measure && one.subject === subject)?.median;
  const lines = [
    `| measure | ${subjects.map(({ title }) => title).join(" | ")} |`,
    `|---|${subjects.map(() => "---|").join("")}`,
  ];
  for (const [key, measure] of Object.entries(MEASURES) as [MeasureKey, Measure][]) {
    const cells = subjects.map(({ key: subject }) => found(key, subject));
    if (cells.every((cell) => cell === undefined)) continue;
    const ours = cells[0];
    const shown = cells.map((cell, i) => {
      if (cell === undefined) return "–";
      const ratio = i === 0 || ours === undefined ? undefined : measure.better === "more" ? ours / cell : cell / ours;
      const comparable = ratio !== undefined && Number.isFinite(ratio) && ratio > 0;
      return `${number(cell, measure.digits)}${comparable ? ` (${number(ratio, 1)}×)` : ""}`;
    });
    lines.push(`| ${measure.title}, ${measure.unit} | ${shown.join(" | ")} |`);
  }
  return lines.join("\n");
}

const number = (value: number, digits: number): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
