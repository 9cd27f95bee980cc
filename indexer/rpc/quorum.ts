import type { Encoding } from "../evidence/encodings.ts";
import { type Bytes32, sameBytes, toHex } from "../grants/bytes.ts";
import { RetryableError } from "../ops/errors.ts";
import { type Header, parseHeader } from "./answers.ts";
import type { RpcClient } from "./client.ts";
import { resultOf } from "./exchange.ts";
import type { RpcObserver } from "./observer.ts";
import { agreedNumber, agreedTip, blockByTag, type Opinion, parseTip, quantity, TIP_CALLS, type Tip } from "./tips.ts";

/** What other endpoints say of a block that one endpoint gave: nobody else could say, they have it too, or another one. */
export type SecondOpinion = "none" | "confirmed" | "denied";

/** An endpoint so far behind has nothing to say about the newest blocks: it is syncing, or stands still. */
const SILENT_BEHIND = 8n;

/**
 * The tip on which `quorum` endpoints agree.
 * @param encoding where the hashes of headers are to be recomputed.
 * @throws RetryableError when they do not.
 */
export async function quorumTip(
  client: RpcClient,
  quorum: number,
  observer: RpcObserver,
  signal: AbortSignal | undefined,
  encoding?: Encoding,
): Promise<Tip> {
  const answers = await client.askEach(
    TIP_CALLS,
    (outcomes, source) => {
      const tip = parseTip(outcomes, encoding);
      source.sawHead(tip.head.number);
      return tip;
    },
    { signal },
  );
  const opinions: Opinion[] = answers.map(({ source, value }) => ({ name: source.name, tip: value }));
  const number = agreedNumber(opinions, quorum);
  if (number === undefined)
    throw new RetryableError(`only ${opinions.length} of the ${quorum} endpoints of the quorum answered`);
  const at = new Map<string, Header>();
  const ahead = new Set<string>();
  for (const { name, tip } of opinions)
    if (tip.head.number === number) at.set(name, tip.head);
    else if (tip.head.number > number) ahead.add(name);
  if (ahead.size > 0)
    for (const { name, header } of await blockOf(client, ahead, number, encoding, signal)) at.set(name, header);
  try {
    return agreedTip(opinions, at, quorum);
  } catch (error) {
    observer.disagreed({ about: `block ${number}`, endpoints: [...at.keys()] });
    throw error;
  }
}

/**
 * What the endpoints other than `asked` say of the block at this height.
 * @param quorum so many have to have it, `asked` included.
 */
export async function secondOpinion(
  client: RpcClient,
  asked: string | undefined,
  block: { readonly number: bigint; readonly hash: Bytes32 },
  quorum: number,
  observer: RpcObserver,
  signal: AbortSignal | undefined,
): Promise<SecondOpinion> {
  const calls = [blockByTag("latest"), blockByTag(quantity(block.number))];
  const answers = await client.askEach(
    calls,
    ([latest, at], source) => {
      const head = latest && parseHeader(resultOf(latest));
      if (head === undefined) throw new RetryableError("the node has no latest block");
      source.sawHead(head.number);
      const header = at === undefined || "error" in at ? undefined : parseHeader(at.result);
      return { head, header: header?.number === block.number ? header : undefined };
    },
    { signal, among: (name) => name !== asked },
  );
  // Whoever does not have the height is no witness, and neither is one that stopped long ago.
  const newest = answers.reduce(
    (most, { value }) => (value.head.number > most ? value.head.number : most),
    block.number,
  );
  const witnesses = answers.filter(({ value }) => value.header && value.head.number + SILENT_BEHIND >= newest);
  const confirming = witnesses.filter(({ value }) => value.header && sameBytes(value.header.hash, block.hash));
  const needed = asked === undefined ? quorum : Math.max(1, quorum - 1);
  if (confirming.length >= needed) return "confirmed";
  // Where one word is enough, silence of the others does not stop the chain.
  if (quorum === 1 && witnesses.length === 0) return "none";
  observer.disagreed({
    about: `block ${block.number} being ${toHex(block.hash)}, as ${asked ?? "an endpoint"} says`,
    endpoints: witnesses.map(({ source }) => source.name),
  });
  return "denied";
}

/** The block at a height, as each of these endpoints has it. */
async function blockOf(
  client: RpcClient,
  names: ReadonlySet<string>,
  number: bigint,
  encoding: Encoding | undefined,
  signal: AbortSignal | undefined,
): Promise<{ name: string; header: Header }[]> {
  const answers = await client.askEach(
    [blockByTag(quantity(number))],
    ([outcome]) => {
      const header = outcome && parseHeader(resultOf(outcome), encoding);
      if (header?.number !== number) throw new RetryableError(`the node does not have block ${number}`);
      return header;
    },
    { signal, among: (name) => names.has(name) },
  );
  return answers.map(({ source, value }) => ({ name: source.name, header: value }));
}
