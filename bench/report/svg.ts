/** Readable on light and dark pages alike: a ground of its own, and colours that keep apart for most eyes. */
const STYLE = `
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .small { font-size: 11px; fill: #57606a; }
  .ours { fill: #0072b2; }
  .peer { fill: #b6bec7; }
  .axis { stroke: #8c959f; stroke-width: 1; fill: none; }
  .grid { stroke: #d8dee4; stroke-width: 1; fill: none; }
  .line { stroke-width: 1.3; fill: none; }`;

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one] as string);

export function svg(width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}
