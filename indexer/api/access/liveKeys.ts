import type pg from "pg";
import { toAddress } from "../../grants/bytes.ts";
import { databaseError } from "../../ledger/databaseError.ts";
import type { ApiRole } from "../../ledger/keys/keyTable.ts";
import { hashKey, isKey } from "../../ledger/keys/keyText.ts";
import { RetryableError } from "../../ops/errors.ts";
import type { KeyCaller } from "./caller.ts";

/**
 * The keys that are not revoked, all of them, read again when they are asked for and were read too long ago. A key that is
 * not among them costs no statement, so that nobody loads the database by guessing; what it costs does not depend on who
 * asks how often.
 */

/** A revoked key is answered so long after it was revoked at most, and the time that one statement takes. */
const FRESH_MS = 2_000;
/** The same while the database does not answer: then the keys that were known last count, and after that none. */
const KEPT_MS = 10_000;
/** A key that was just made is known at once, unless any was looked for in vain a moment ago. */
const AGAIN_MS = 250;

interface LiveRow {
  id: number;
  hash: Buffer;
  role: ApiRole;
  account: Buffer | null;
}

interface Known {
  /** By the hash in hex. */
  readonly callers: ReadonlyMap<string, KeyCaller>;
  readonly readAt: number;
}

export class LiveKeys {
  readonly #read: () => Promise<LiveRow[]>;
  readonly #monotonic: () => number;
  #known: Known | undefined;
  #reading: Promise<Known> | undefined;
  /** The newest reading for the sake of a key that was looked for in vain, and when that was. */
  #again: { readonly since: number; readonly known: Promise<Known> } | undefined;

  /**
   * @param pool of the primary: a replica may not have heard of a revocation.
   * @param monotonic milliseconds.
   */
  constructor(pool: pg.Pool, monotonic: () => number = () => performance.now()) {
    this.#read = async () =>
      (
        await pool.query<LiveRow>({
          name: "live_keys",
          text: "SELECT id, hash, role::text, account FROM api_key WHERE revoked_at IS NULL",
        })
      ).rows;
    this.#monotonic = monotonic;
  }

  /**
   * Whose key this is; undefined when it is none, or none any more.
   * @throws RetryableError when that cannot be found out.
   */
  async find(key: string): Promise<KeyCaller | undefined> {
    if (!isKey(key)) return undefined;
    const hash = hashKey(key).toString("hex");
    const askedAt = this.#monotonic();
    const known = await this.#fresh();
    const found = known.callers.get(hash);
    // What was read before it was asked for may be of before it was made.
    return found !== undefined || known.readAt > askedAt ? found : (await this.#readAgain()).callers.get(hash);
  }

  async #fresh(): Promise<Known> {
    const known = this.#known;
    if (known !== undefined && this.#age(known) <= FRESH_MS) return known;
    return this.#orKept(() => {
      this.#reading ??= this.#load();
      return this.#reading;
    });
  }

  /** Read after this was called, or a moment before for somebody else who looked in vain. */
  #readAgain(): Promise<Known> {
    const now = this.#monotonic();
    if (this.#again === undefined || now - this.#again.since >= AGAIN_MS)
      this.#again = {
        since: now,
        known: this.#orKept(async () => {
          await this.#reading?.catch(() => {});
          this.#reading ??= this.#load();
          return this.#reading;
        }),
      };
    return this.#again.known;
  }

  /** @throws RetryableError where it fails, and what was known is too old. */
  async #orKept(read: () => Promise<Known>): Promise<Known> {
    const known = this.#known;
    try {
      return await read();
    } catch (error) {
      if (known !== undefined && this.#age(known) <= KEPT_MS) return known;
      throw new RetryableError("the keys cannot be read", { cause: databaseError(error) });
    }
  }

  #age({ readAt }: Known): number {
    return this.#monotonic() - readAt;
  }

  async #load(): Promise<Known> {
    // Of before the statement: what is revoked while it runs may not be in it.
    const readAt = this.#monotonic();
    try {
      const callers = new Map((await this.#read()).map((row) => [row.hash.toString("hex"), toCaller(row)]));
      this.#known = { callers, readAt };
      return this.#known;
    } finally {
      this.#reading = undefined;
    }
  }
}

function toCaller({ id, role, account }: LiveRow): KeyCaller {
  if (role !== "INSTITUTION") return { keyId: id, role };
  if (account === null) throw new RangeError(`key ${id} of an institution has no account`);
  return { keyId: id, role, account: toAddress(account) };
}
