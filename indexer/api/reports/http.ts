import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type pino from "pino";
import { explain } from "../../ops/errors.ts";
import type { Context } from "../context.ts";
import { type ErrorCode, maskError } from "../errors.ts";
import { send, sendError } from "../respond.ts";
import { Checkpoints } from "./checkpoints.ts";
import { csv } from "./csv.ts";
import { type Export, exportFrom } from "./exporter.ts";
import { HTML_POLICY, html } from "./html.ts";
import { jsonl } from "./jsonl.ts";
import { openExport } from "./openExport.ts";
import { type AnyReport, REPORTS } from "./reports.ts";

/** Reports as files: `/reports/<name>.<csv|jsonl|html>?<parameters>`. */
const REPORTS_PATH = "/reports";
export const isReportPath = (path: string): boolean => path === REPORTS_PATH || path.startsWith(`${REPORTS_PATH}/`);

const FORMATS = [csv, jsonl, html];
const checkpoints = new Checkpoints();
/** A client that reads nothing for so long is given up; what it has can be gone on from. */
const STALL_MS = 60_000;
/** While the database sorts, nothing is sent. */
const SILENCE_MS = 660_000;

export async function answerReports(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  log: pino.Logger,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (request.method !== "GET") return sendError(response, 405, "BAD_INPUT", "expected GET");
  if (url.pathname === REPORTS_PATH || url.pathname === `${REPORTS_PATH}/`)
    return send(response, 200, "text/plain", contents());
  const [, name, extension] = /^\/reports\/([a-z]+)\.([a-z]+)$/.exec(url.pathname) ?? [];
  const report = REPORTS.find((one) => one.name === name);
  const format = FORMATS.find((one) => one.extension === extension);
  if (report === undefined || format === undefined)
    return sendError(response, 404, "NOT_FOUND", `no such report; ${REPORTS_PATH} lists them`);
  try {
    const { opened, offset, query } = await openExport(context, report, format, url.searchParams);
    const pinned = `${REPORTS_PATH}/${report.name}.${format.extension}?${query}`;
    const made = { ...opened, id: createHash("sha256").update(pinned).digest("hex") };
    await write(context, made, offset, pinned, response);
  } catch (error) {
    if (response.headersSent) {
      // Without its manifest it is seen to be a part; the connection ends before its last chunk, so the client knows too.
      log.warn({ report: report.name, reason: explain(error) }, "a report was broken off");
      response.destroy();
    } else refuse(response, error, log);
  }
}

async function write(
  context: Context,
  made: Export<unknown, unknown, unknown>,
  offset: number,
  pinned: string,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  // Its lookups too are made where no check waits for them.
  const own = { ...context, database: context.reports.lookups };
  const { socket } = response;
  const before = socket?.timeout ?? 0;
  socket?.setTimeout(SILENCE_MS);
  let sent = false;
  try {
    for await (const piece of exportFrom(own, made, offset, { checkpoints, signal: gone.signal })) {
      if (!sent) response.writeHead(200, headers(made, pinned));
      sent = true;
      if (!response.write(piece)) await drained(response, gone.signal);
      if (gone.signal.aborted) return;
    }
    if (!sent)
      return sendError(response, 416, "BAD_INPUT", "offset: expected a byte of the export; it ends before this");
    response.end();
  } finally {
    socket?.setTimeout(before);
  }
}

/** Waits until the client has read, within a bound. */
async function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(STALL_MS)]);
  await once(response, "drain", { signal }).catch((error: unknown) => {
    if (!gone.aborted) throw error;
  });
}

function headers({ report, format }: Export<unknown, unknown, unknown>, pinned: string): Record<string, string> {
  return {
    "content-type": format.contentType,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-location": pinned,
    ...(format.extension === "html"
      ? { "content-security-policy": HTML_POLICY }
      : { "content-disposition": `attachment; filename="${report.name}.${format.extension}"` }),
  };
}

/** Whoever acts on these tries again; on the others he mends what he asked. */
const AGAIN: ReadonlySet<ErrorCode> = new Set(["RETRYABLE", "NOT_YET_INDEXED"]);

function refuse(response: ServerResponse, error: unknown, log: pino.Logger): void {
  const masked = maskError(error);
  const code = masked.extensions["code"] as ErrorCode;
  if (code === "INTERNAL") log.error({ err: error }, "a report failed");
  sendError(response, code === "INTERNAL" ? 500 : AGAIN.has(code) ? 503 : 400, code, masked.message);
}

const contents = (): string =>
  `Reports, each as ${FORMATS.map(({ extension }) => `.${extension}`).join(", ")}:\n\n${REPORTS.map(listing).join("\n")}
All take knownAt and finality. The header Content-Location of an answer names the same export for good; with &offset=<bytes> it
goes on after what you have.
`;

const listing = ({ name, title, parameters }: AnyReport): string =>
  `  ${REPORTS_PATH}/${name}.csv?${parameters.map((one) => (one.required ? `${one.name}=…` : `[${one.name}=…]`)).join("&")}\n      ${title}\n`;
