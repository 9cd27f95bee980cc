import type { z } from "zod";
import { type Address, parseBytes32, toCredentialRef } from "../../grants/bytes.ts";
import { parseAccountId, parseAddress, parseChainId } from "../../grants/caip.ts";
import type { Demand, Question } from "../ask.ts";
import { badInput } from "../errors.ts";
import type { ReadUse } from "../grantDecision.ts";
import { show } from "../scalars/exact.ts";
import { parseKnownAt } from "../scalars/knownAt.ts";
import { parseUnixTime } from "../scalars/unixTime.ts";
import { Context, type EvaluationRequest, type NOT_UNDERSTOOD } from "./schemas.ts";

/** An AuthZEN request as our own question. Pure. */

/** What is asked, or what of it is nothing that anybody could be permitted. */
export type Asked =
  | { readonly question: Question; readonly demand: Demand }
  | { readonly unknown: (typeof NOT_UNDERSTOOD)[number]; readonly given: string };

const USES: ReadonlyMap<string, ReadUse> = new Map([
  ["read", "PURPOSE"],
  ["read_records", "RECORD_KEEPING"],
]);

/** @throws GraphQLError BAD_INPUT for what names nothing: an id that is none, a time in milliseconds. */
export function toAsked({ subject, action, resource, context = {} }: EvaluationRequest): Asked {
  if (subject.type !== "institution") return { unknown: "UNKNOWN_SUBJECT_TYPE", given: show(subject.type) };
  const use = USES.get(action.name);
  if (use === undefined) return { unknown: "UNKNOWN_ACTION", given: show(action.name) };
  if (resource.type !== "credential") return { unknown: "UNKNOWN_RESOURCE_TYPE", given: show(resource.type) };
  refuseMisspelt(context);
  const { address, chainId } = at("subject.id", () => toAccount(subject.id));
  const credential = at("resource.id", () => toCredentialRef(parseBytes32(resource.id)));
  const demand = toDemand(context);
  if (chainId !== undefined && demand.chain != null && demand.chain !== chainId)
    throw badInput("context.chain: expected the chain of subject.id, or none");
  return {
    question: { credential, grantee: address, purpose: context.purpose, use },
    demand: chainId === undefined ? demand : { ...demand, chain: chainId },
  };
}

const toAccount = (id: string): { readonly address: Address; readonly chainId?: bigint } =>
  id.startsWith("eip155:") ? parseAccountId(id) : { address: parseAddress(id) };

type Given = z.infer<typeof Context>;

function toDemand({ chain, at: moment, knownAt, atLeast, finality, maxLag, requireAnchor }: Given): Demand {
  return {
    chain: chain === undefined ? undefined : at("context.chain", () => parseChainId(String(chain))),
    at: moment === undefined ? undefined : at("context.at", () => parseUnixTime(moment)),
    knownAt: knownAt === undefined ? undefined : at("context.knownAt", () => parseKnownAt(knownAt)),
    atLeast:
      atLeast === undefined
        ? undefined
        : at("context.atLeast", () => ({
            chain: parseChainId(String(atLeast.chain)),
            block: toBlock(atLeast.block),
          })),
    finality,
    maxLag: maxLag === undefined ? undefined : at("context.maxLag", () => toBlock(maxLag)),
    requireAnchor,
  };
}

/** Of as many bits as the ledger has for it. */
function toBlock(given: number | string): bigint {
  const number = BigInt(given);
  if (number >= 2n ** 63n) throw new RangeError(`expected a number below 2^63, got ${show(given)}`);
  return number;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, "");
const BY_PLAIN_NAME = new Map(Object.keys(Context.shape).map((name) => [plain(name), name]));

/**
 * Unknown fields are ignored, as the specification asks. But one that is ours in another spelling was meant to narrow the
 * answer, and passed over it would make it wider than was asked for.
 */
function refuseMisspelt(context: object): void {
  for (const name of Object.keys(context)) {
    const meant = BY_PLAIN_NAME.get(plain(name));
    if (meant !== undefined && meant !== name) throw badInput(`context.${name}: it is called ${meant}`);
  }
}

/** What is wrong, and where. */
function at<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw badInput(`${path}: ${error instanceof Error ? error.message : "not understood"}`);
  }
}
