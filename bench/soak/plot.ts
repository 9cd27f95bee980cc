import { lineChart } from "../report/lines.ts";
import type { Sample } from "./sampler.ts";

/** Memory, lag and events over the minutes of a soak. */
export function soakPlot(samples: readonly Sample[], chains: readonly string[]): string {
  const over = (value: (sample: Sample) => number | undefined): [number, number][] =>
    samples.flatMap((one): [number, number][] => {
      const y = value(one);
      return y === undefined ? [] : [[one.minutes, y]];
    });
  return lineChart(
    [
      { title: "Resident memory", unit: "MB", series: [{ name: "indexer and API", points: over((one) => one.rssMb) }] },
      {
        title: "Age of the oldest block not indexed",
        unit: "s",
        series: chains.map((name, i) => ({ name, points: over((one) => one.lags[i]?.seconds) })),
      },
      { title: "Events learned", unit: "events", series: [{ name: "all chains", points: over((one) => one.events) }] },
      {
        title: "Size of the database",
        unit: "MB",
        series: [{ name: "all chains", points: over((one) => one.databaseMb) }],
      },
    ],
    "minutes",
  );
}
