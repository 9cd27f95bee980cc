import { barChart } from "./bars.ts";
import { MEASURES, type MeasureKey } from "./measures.ts";
import type { Result } from "./results.ts";

/** What the picture shows of all that is measured. */
const SHOWN: readonly MeasureKey[] = [
  "backfill",
  "delayed",
  "peakMemory",
  "requests",
  "restartKilled",
  "soonRow",
  "pollRow",
  "point",
  "list",
];

/** Bars of the main measures, of every subject that has a figure. */
export function plotOf(
  results: readonly Result[],
  subjects: readonly { readonly key: string; readonly title: string }[],
): string {
  const panels = SHOWN.flatMap((key) => {
    const bars = subjects.flatMap(({ key: subject, title }) => {
      const found = results.find((one) => one.measure === key && one.subject === subject);
      if (found === undefined) return [];
      const label = found.median.toLocaleString("en", { maximumFractionDigits: MEASURES[key].digits });
      return [{ name: title, value: found.median, label, ours: subject.startsWith("grantledger") }];
    });
    const { title, unit, better } = MEASURES[key];
    return bars.length === 0 ? [] : [{ title: `${title.replaceAll("`", "")}, ${unit} (${better} is better)`, bars }];
  });
  return barChart(panels);
}
