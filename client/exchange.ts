import { badAnswer, type ErrorDetails, GrantledgerError } from "./errors.ts";

/** One question over HTTP: GraphQL over HTTP, by the `fetch` of browsers and of Node. */

export interface Connection {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Sent with every question: a key, or what a proxy asks for. */
  readonly headers: () => HeadersInit | Promise<HeadersInit>;
}

/** An answer of GraphQL over HTTP. */
const ACCEPTED = "application/graphql-response+json, application/json;q=0.9";
/** Codes of the API that pass by themselves. */
const PASSING_CODES: readonly string[] = ["RETRYABLE", "NOT_YET_INDEXED"];
/** Too many questions, and what stands in front of an API that is away (RFC 9110, RFC 6585). */
const PASSING_STATUS: readonly number[] = [429, 502, 503, 504];

/** Asks. @throws GrantledgerError UNREACHABLE; the signal's reason when it is aborted. */
export async function ask(
  connection: Connection,
  body: string,
  accept: string,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers(await connection.headers());
  headers.set("content-type", "application/json");
  headers.set("accept", accept);
  // Called without a receiver: browsers refuse their fetch as a method of anything else.
  const { fetch } = connection;
  // An answer is about this moment, and a redirect could carry question and key elsewhere.
  const init: RequestInit = { method: "POST", headers, body, signal, cache: "no-store", redirect: "error" };
  return reaching(connection, signal, () => fetch(connection.url, init));
}

/** The text of an answer. @throws as `ask` does. */
export const textOf = (connection: Connection, response: Response, signal: AbortSignal): Promise<string> =>
  reaching(connection, signal, () => response.text());

/** What fails on the way is told as that. */
export async function reaching<T>(connection: Connection, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new GrantledgerError("UNREACHABLE", `${connection.url} cannot be reached`, { retryable: true, cause });
  }
}

/**
 * The data of the answer, whole: data beside an error is no answer.
 * @throws GrantledgerError what the API or the way to it says; the signal's reason when it is aborted.
 */
export async function exchange(connection: Connection, body: string, signal: AbortSignal): Promise<unknown> {
  const response = await ask(connection, body, ACCEPTED, signal);
  return dataOf(response, await textOf(connection, response, signal));
}

/** @throws GrantledgerError what the answer says is wrong. */
export function dataOf(response: Pick<Response, "ok" | "status" | "headers">, text: string): Data {
  const { status } = response;
  const passing = PASSING_STATUS.includes(status);
  const details = { status, retryable: passing, retryAfterMs: retryAfter(response) };
  const answer = parse(text);
  const error = errorOf(answer);
  if (error !== undefined) {
    const retryable = passing || PASSING_CODES.includes(error.code);
    throw new GrantledgerError(error.code, error.message, { ...details, retryable });
  }
  if (!response.ok) throw unexplained(status, details);
  const data = isObject(answer) ? answer["data"] : undefined;
  if (!isObject(data)) throw badAnswer("the answer is none of GraphQL: expected JSON with data or errors", { status });
  return data;
}

const unexplained = (status: number, details: ErrorDetails): GrantledgerError =>
  details.retryable
    ? new GrantledgerError("UNREACHABLE", `something answered for the API with HTTP ${status}`, details)
    : badAnswer(`HTTP ${status} without an error of the API`, details);

/** The first error, of GraphQL (`errors`) or of the paths around it (`error`). An empty list is an error of theirs too. */
function errorOf(answer: unknown): { code: string; message: string } | undefined {
  if (!isObject(answer)) return undefined;
  const { errors, error } = answer as { errors?: unknown; error?: unknown };
  if (errors === undefined && !isObject(error)) return undefined;
  const first: unknown = errors === undefined ? error : Array.isArray(errors) ? errors[0] : undefined;
  if (!isObject(first)) throw badAnswer("the answer has errors that are none");
  const extensions = isObject(first["extensions"]) ? first["extensions"] : first;
  const code = extensions["code"];
  const message = first["message"];
  return {
    code: typeof code === "string" ? code : "INTERNAL",
    message: typeof message === "string" ? message : "the API gave no message",
  };
}

/** Seconds or a date (RFC 9110). */
function retryAfter(response: Pick<Response, "headers">): number | undefined {
  const value = response.headers.get("retry-after");
  if (value === null) return undefined;
  const ms = /^\d{1,6}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Data = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Data =>
  typeof value === "object" && value !== null && !Array.isArray(value);
