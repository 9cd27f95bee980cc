import { READABLE, READERS_DURING, RECIPIENTS } from "./accessReport.ts";
import { PROCESSING } from "./processingReport.ts";
import { READERS } from "./readersReport.ts";
import type { Report } from "./report.ts";
import { RETENTION } from "./retentionReport.ts";

/** A report whose arguments, rows and keys go back to it alone. */
export type AnyReport = Report<unknown, unknown, unknown>;

const any = <Args, Row, Key>(report: Report<Args, Row, Key>): AnyReport => report as unknown as AnyReport;

/** Every report there is. */
export const REPORTS: readonly AnyReport[] = [
  any(READERS),
  any(READERS_DURING),
  any(READABLE),
  any(RECIPIENTS),
  any(PROCESSING),
  any(RETENTION),
];
