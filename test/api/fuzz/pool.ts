import fc from "fast-check";
import { address, bytes32, NOW, type World } from "../world.ts";

/** Values for each scalar: some that the scene knows, some that it does not, some that are none. */

export interface Pool {
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
  readonly knownAt: readonly string[];
}

/** Ids, cursors and moments that the API gave out, of every kind it has. */
export async function harvest(world: World): Promise<Pool> {
  const page = "edges { cursor node { __typename } }";
  const answer = await world.ask(`{
    chains { id } grants { ${page} nodes { id history { ${page} nodes { id } } } knownAt } auditTrail { ${page} }
    credentials { ${page} nodes { id } } entities { ${page} nodes { id } }
    whoCanRead(credential: "${bytes32(1)}") { ${page} } readableBy(grantee: "${address(11)}") { ${page} }
  }`);
  const found: Record<string, string[]> = { id: [], cursor: [], knownAt: [] };
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === "string") found[name]?.push(inner);
      walk(inner);
    }
  };
  walk(answer);
  const { id = [], cursor = [], knownAt = [] } = found;
  return { ids: id, cursors: cursor, knownAt };
}

/** Text that has gone wrong somewhere in some system. */
export const HOSTILE: readonly string[] = [
  ...["", " ", "\0", "a\0b", "\ud800", "\u202e", "é", "😀", "'", '"', "\\", "%", "--", "{}", "null", "NaN", "0x", "-0"],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "1e999",
    "9".repeat(400),
    "x".repeat(5_000),
    "0x".padEnd(66, "g"),
    "..",
    "\r\n",
  ],
];

const hostile = fc.constantFrom(...HOSTILE);
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((one) => `0x${Buffer.from(one).toString("hex")}`);

/** A key as key.ts makes it, of any version, kind and length, or a real one with a byte changed. */
const forged = (real: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 90 }))
      .map(([version, kind, rest]) => Buffer.from([version, kind, ...rest]).toString("base64url")),
    fc.tuple(fc.constantFrom(...real), fc.nat(100), fc.nat(255)).map(([text, at, byte]) => {
      const bytes = Buffer.from(text, "base64url");
      bytes[at % bytes.length] = byte;
      return bytes.toString("base64url");
    }),
    fc.constantFrom(...real).map((text) => text.slice(0, -1)),
    hostile,
  );

const time = fc.oneof(
  fc.integer({ min: -10, max: 0 }).map((minutes) => Number(NOW) + minutes * 100),
  fc.constantFrom("2027-01-15T07:00:00Z", "2027-01-15"),
);
const noTime = fc.constantFrom<unknown>(
  0,
  -1,
  2 ** 40,
  Number(NOW) * 1_000,
  Number(NOW) + 9_999,
  1.5,
  "soon",
  "2027-02-30",
);

/** Mostly what is right, so that most questions are answered. */
const mostly = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: right, weight: 25 }, { arbitrary: wrong, weight: 1 });

export function scalarValues({ ids, cursors, knownAt }: Pool): Readonly<Record<string, fc.Arbitrary<unknown>>> {
  const small = fc.integer({ min: 1, max: 12 });
  const number = fc.constantFrom<unknown>(-1, 0, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1.5, -0, 1e308, "1");
  return {
    AccountId: mostly(
      small.map((n) => `eip155:1:${address(n)}`),
      hostile,
    ),
    Address: mostly(
      fc.oneof(
        small.map((n) => address(n)),
        hex(20),
      ),
      hostile,
    ),
    BlockNumber: mostly(
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom<unknown>(-1, 2 ** 63, "9".repeat(30), 0.5, null),
    ),
    Boolean: mostly(fc.boolean(), fc.constantFrom<unknown>("true", 1, null)),
    Bytes: mostly(hex(5), hostile),
    Bytes32: mostly(
      fc.oneof(
        small.map((n) => bytes32(n)),
        hex(32),
      ),
      hostile,
    ),
    ChainId: mostly(fc.constantFrom<unknown>("eip155:1", "eip155:2", 1, 2), fc.oneof(hostile, number)),
    Count: mostly(small, number),
    Float: number,
    ID: mostly(fc.constantFrom(...ids), forged([...ids, ...cursors])),
    Int: mostly(small, number),
    KnownAt: mostly(fc.constantFrom(...knownAt, "2027-01-15T08:00:00Z"), fc.oneof(forged(knownAt), noTime)),
    Seconds: mostly(small, number),
    String: mostly(fc.constantFrom(...cursors), forged(cursors)),
    Timestamp: hostile,
    UnixTime: mostly(time, fc.oneof(hostile, number, noTime)),
  };
}

/** What JSON can hold where a value is expected. */
export const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  hostile,
  fc.constantFrom<unknown>(null, [], {}, [[]], { __proto__: 1 }, { constructor: { prototype: 1 } }, 1e308, -1),
  fc.integer({ min: 100, max: 3_000 }).map((depth) => JSON.parse("[".repeat(depth) + "]".repeat(depth))),
);
