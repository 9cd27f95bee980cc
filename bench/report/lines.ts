import { escaped, svg } from "./svg.ts";

/** One diagram over time. */
export interface Diagram {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

const WIDTH = 760;
const HEIGHT = 190;
const LEFT = 60;
const RIGHT = 14;
const TOP = 40;
const BOTTOM = 26;
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];
const STEPS = 4;

/** Diagrams below each other over the same time. @param xTitle of the time axis, in whatever unit the points have. */
export function lineChart(diagrams: readonly Diagram[], xTitle: string): string {
  const parts = diagrams.flatMap((diagram, i) => draw(diagram, i * HEIGHT));
  const y = diagrams.length * HEIGHT + 12;
  parts.push(`<text x="${WIDTH / 2}" y="${y}" text-anchor="middle" class="small">${escaped(xTitle)}</text>`);
  return svg(WIDTH, y + 12, parts);
}

function draw({ title, unit, series }: Diagram, top: number): string[] {
  const points = series.flatMap((one) => one.points);
  const lastX = Math.max(...points.map(([x]) => x), Number.MIN_VALUE);
  const mostY = nice(Math.max(...points.map(([, y]) => y), Number.MIN_VALUE));
  const xOf = (x: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * x) / lastX;
  const yOf = (y: number): number => top + HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * y) / mostY;
  const parts = [`<text x="10" y="${top + 18}" class="title">${escaped(`${title}, ${unit}`)}</text>`];
  for (let step = 0; step <= STEPS; step++) {
    const value = (mostY * step) / STEPS;
    const y = yOf(value).toFixed(1);
    parts.push(
      `<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/>`,
      `<text x="${LEFT - 6}" y="${Number(y) + 4}" text-anchor="end" class="small">${value.toLocaleString("en", { maximumFractionDigits: 2 })}</text>`,
    );
    const x = (lastX * step) / STEPS;
    parts.push(
      `<text x="${xOf(x).toFixed(1)}" y="${top + HEIGHT - 10}" text-anchor="middle" class="small">${x.toLocaleString("en", { maximumFractionDigits: 1 })}</text>`,
    );
  }
  for (const [i, { name, points: line }] of series.entries()) {
    const path = line.map(([x, y], at) => `${at === 0 ? "M" : "L"}${xOf(x).toFixed(1)} ${yOf(y).toFixed(1)}`).join("");
    const colour = COLOURS[i % COLOURS.length];
    const at = WIDTH - RIGHT - 150 * (series.length - i);
    parts.push(
      `<path class="line" stroke="${colour}" d="${path}"/>`,
      `<rect x="${at}" y="${top + 10}" width="10" height="10" fill="${colour}"/>`,
      `<text x="${at + 14}" y="${top + 19}" class="small">${escaped(name)}</text>`,
    );
  }
  return parts;
}

/** The next round number, so that the steps between are readable. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 8, 10].find((factor) => factor * power >= value) ?? 10) * power;
}
