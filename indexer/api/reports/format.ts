import type { Column } from "./column.ts";
import type { Manifest } from "./manifest.ts";
import type { ReportText } from "./report.ts";

/** How a report is written. Every part is text of whole lines; the digest is over all that comes before the manifest. */
export interface Format {
  /** Of the path. */
  readonly extension: "csv" | "jsonl" | "html";
  readonly contentType: string;
  head<Row>(report: ReportText, columns: readonly Column<Row>[]): string;
  row<Row>(columns: readonly Column<Row>[], row: Row): string;
  manifest(manifest: Manifest, width: number): string;
}
