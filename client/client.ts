import { type Access, toAccess } from "./access.ts";
import { type Answer, toAnswer } from "./answer.ts";
import type { Document } from "./document.ts";
import { exchange } from "./exchange.ts";
import * as documents from "./generated/documents.ts";
import type * as api from "./generated/types.ts";
import { type Connected, type List, listOf, type Place } from "./list.ts";
import { type Answers, toAnswers } from "./many.ts";
import { type CallOptions, type ClientOptions, connect, type ListOptions, toBounds, toWatchBounds } from "./options.ts";
import { retrying } from "./retry.ts";
import { type Watched, type WatchOptions, type WatchWhich, watching } from "./watch.ts";

export type { Access } from "./access.ts";
export type { Allowed, Answer, Denied, Indeterminate } from "./answer.ts";
export type { Document } from "./document.ts";
export { type ErrorCode, GrantledgerError } from "./errors.ts";
export type { ApiCode } from "./generated/codes.ts";
export type * from "./generated/types.ts";
export type { List, Page } from "./list.ts";
export type { Answers } from "./many.ts";
export type { CallOptions, ClientOptions, ListOptions } from "./options.ts";
export type { Begin, Watched, WatchOptions, WatchWhich } from "./watch.ts";

/** What a list can be asked for: everything but its page. */
type Which<Variables> = Omit<Variables, "first" | "after">;

/** Asks one API. Every method rejects with a GrantledgerError, or with the reason of the caller's signal. */
export interface Client {
  /** May this grantee read this credential? `allowed` of the answer says so. */
  check(question: api.CheckQueryVariables, options?: CallOptions): Promise<Answer>;
  /** Up to 1,000 questions. */
  checkMany(
    questions: readonly api.CheckInput[],
    demands?: Omit<api.CheckManyQueryVariables, "checks">,
    options?: CallOptions,
  ): Promise<Answers>;
  whoCanRead(which: Which<api.WhoCanReadQueryVariables>, options?: ListOptions): List<Access>;
  readableBy(which: Which<api.ReadableByQueryVariables>, options?: ListOptions): List<Access>;
  grants(which?: Which<api.GrantsQueryVariables>, options?: ListOptions): List<api.GrantFragment>;
  auditTrail(which?: Which<api.AuditTrailQueryVariables>, options?: ListOptions): List<api.EventFragment>;
  credentials(which?: Which<api.CredentialsQueryVariables>, options?: ListOptions): List<api.CredentialFragment>;
  entities(which?: Which<api.EntitiesQueryVariables>, options?: ListOptions): List<api.EntityFragment>;
  /**
   * Every event, every retraction and every change that time makes, from a place on, until it is left or aborted. Each time it is
   * iterated it begins anew: keep the `cursor` of the last item dealt with, and give it as `after`.
   */
  watch(which: WatchWhich, options?: WatchOptions): AsyncIterable<Watched>;
  /** What the registries say about one credential, and which version of it is the latest. */
  credential(which: api.CredentialQueryVariables, options?: CallOptions): Promise<api.CredentialQuery["credential"]>;
  /** The chains that are indexed, and how far. */
  chains(when?: api.ChainsQueryVariables, options?: CallOptions): Promise<api.ChainsQuery["chains"]>;
  /** Any other query, with the same bounds and errors. Its answer comes as it is: to judge `decision` is then yours. */
  request<Result, Variables extends object>(
    document: Document<Result, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<Result>;
}

/** @throws TypeError when an option is none. */
export function createClient(options: ClientOptions): Client {
  const connection = connect(options);
  toBounds({}, options);

  async function request<Result, Variables extends object>(
    document: Document<Result, Variables>,
    variables: Variables,
    call: CallOptions = {},
  ): Promise<Result> {
    const body = JSON.stringify({ query: document, variables }, withDigits);
    const bounds = toBounds(call, options);
    return (await retrying((signal) => exchange(connection, body, signal), bounds)) as Result;
  }

  /** Reads the page at a place of a list. */
  const reading =
    <Node, Variables extends object>(
      document: Document<{ readonly page: Connected<Node> }, Variables>,
      which: object,
      { pageSize = 100, ...call }: ListOptions = {},
    ) =>
    async ({ after, knownAt }: Place): Promise<Connected<Node>> => {
      const known = knownAt === undefined ? {} : { knownAt };
      const variables = { ...which, ...known, first: pageSize, after } as unknown as Variables;
      return (await request(document, variables, call)).page;
    };

  return {
    request,
    async check(question, call) {
      const { check } = await request(documents.CheckDocument, question, call);
      return toAnswer(check, question, check);
    },
    async checkMany(questions, demands, call) {
      const variables = { ...demands, checks: questions };
      return toAnswers((await request(documents.CheckManyDocument, variables, call)).checkMany, questions);
    },
    whoCanRead: (which, call) => listOf(reading(documents.WhoCanReadDocument, which, call), toAccess(which)),
    readableBy: (which, call) => listOf(reading(documents.ReadableByDocument, which, call), toAccess(which)),
    grants: (which = {}, call = {}) => listOf(reading(documents.GrantsDocument, which, call), asItIs),
    auditTrail: (which = {}, call = {}) => listOf(reading(documents.AuditTrailDocument, which, call), asItIs),
    credentials: (which = {}, call = {}) => listOf(reading(documents.CredentialsDocument, which, call), asItIs),
    entities: (which = {}, call = {}) => listOf(reading(documents.EntitiesDocument, which, call), asItIs),
    watch(which, call = {}) {
      if ((which.after === undefined) === (which.since === undefined))
        throw new TypeError(
          "a watch begins after a cursor (after), or with what was not known at a moment (since): give one",
        );
      const bounds = toWatchBounds(call);
      return { [Symbol.asyncIterator]: () => watching(connection, which, bounds) };
    },
    credential: async (which, call) => (await request(documents.CredentialDocument, which, call)).credential,
    chains: async (when = {}, call = {}) => (await request(documents.ChainsDocument, when, call)).chains,
  };
}

const asItIs = <Node>(node: Node): Node => node;

/** JSON has no bigint; the API takes decimal digits. */
const withDigits = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
