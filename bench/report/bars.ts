import { escaped, svg } from "./svg.ts";

/** One panel: a bar for each name, longest the largest value. */
export interface Panel {
  readonly title: string;
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    readonly label: string;
    readonly ours: boolean;
  }[];
}

const WIDTH = 760;
const NAMES = 230;
const LABELS = 90;
const ROW = 20;
const HEAD = 34;

/** Panels of horizontal bars below each other, each with its own scale. */
export function barChart(panels: readonly Panel[]): string {
  let y = 10;
  const parts: string[] = [];
  for (const { title, bars } of panels) {
    parts.push(`<text x="10" y="${y + 16}" class="title">${escaped(title)}</text>`);
    y += HEAD - 8;
    const largest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
    for (const { name, value, label, ours } of bars) {
      const width = Math.max(1, ((WIDTH - NAMES - LABELS) * value) / largest);
      parts.push(
        `<text x="${NAMES - 8}" y="${y + 14}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${NAMES}" y="${y + 3}" width="${width.toFixed(1)}" height="${ROW - 6}" class="${ours ? "ours" : "peer"}"/>`,
        `<text x="${(NAMES + width + 6).toFixed(1)}" y="${y + 14}">${escaped(label)}</text>`,
      );
      y += ROW;
    }
    y += 14;
  }
  return svg(WIDTH, y, parts);
}
