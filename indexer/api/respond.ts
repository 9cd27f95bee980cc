import type { ServerResponse } from "node:http";
import type { ErrorCode } from "./errors.ts";

/** Answers outside GraphQL. None may be kept by a cache: all of them are about this moment. */

export function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
    ...(status === 503 ? { "retry-after": "1" } : {}),
  });
  response.end(body);
}

export const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, "application/json", `${JSON.stringify(body)}\n`);

export const sendError = (response: ServerResponse, status: number, code: ErrorCode, message: string): void =>
  sendJson(response, status, { error: { code, message } });
