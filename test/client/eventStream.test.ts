import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { GrantledgerError } from "../../client/errors.ts";
import { EventStream, type Sent } from "../../client/eventStream.ts";
import { checked } from "../support/property.ts";

const encoder = new TextEncoder();

/** The events of a text that arrives in pieces which end at these bytes. */
function taken(text: string, ends: readonly number[] = []): Sent[] {
  const bytes = encoder.encode(text);
  const stream = new EventStream();
  const places = [0, ...[...ends].sort((a, b) => a - b).map((end) => end % (bytes.length + 1)), bytes.length];
  return places.sort((a, b) => a - b).flatMap((end, i) => stream.take(bytes.subarray(places[i - 1] ?? 0, end)));
}

describe("an event stream", () => {
  it("is the same however it arrives, with any ends of lines", () =>
    checked(
      fc.property(
        fc.array(
          fc.record({
            event: fc.constantFrom("next", "complete", "ein-Ü"),
            data: fc.array(
              fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n\0]/gu, "")),
              { minLength: 1 },
            ),
          }),
        ),
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.array(fc.nat(), { maxLength: 30 }),
        (events, end, ends) => {
          const text = events
            .map(({ event, data }) =>
              [": beat", `event: ${event}`, ...data.map((line) => `data: ${line}`), "", ""].join(end),
            )
            .join("");
          const expected = events.map(({ event, data }) => ({ event, data: data.join("\n") }));
          assert.deepEqual(taken(text, ends), expected);
        },
      ),
    ));

  const CASES: readonly (readonly [what: string, text: string, sent: readonly Sent[]])[] = [
    ["no name is a message", "data: a\n\n", [{ event: "message", data: "a" }]],
    [
      "one space belongs to the colon, the second to the value",
      "data:a\ndata:  b\n\n",
      [{ event: "message", data: "a\n b" }],
    ],
    ["an event without data is none", "event: complete\n\ndata: a\n\n", [{ event: "message", data: "a" }]],
    ["data may be empty", "event: complete\ndata\n\n", [{ event: "complete", data: "" }]],
    ["what is not ended does not count", "data: a\n\ndata: b\n", [{ event: "message", data: "a" }]],
    ["a byte order mark is none of it", "\uFEFFdata: a\n\n", [{ event: "message", data: "a" }]],
    [
      "other fields and comments say nothing",
      ":\nid: 7\nretry: 1\nfoo\ndata: a\n\n",
      [{ event: "message", data: "a" }],
    ],
  ];
  for (const [what, text, sent] of CASES)
    it(what, () => {
      assert.deepEqual(taken(text), sent);
      assert.deepEqual(
        taken(
          text,
          Array.from({ length: 60 }, (_, i) => i),
        ),
        sent,
      );
    });

  for (const text of ["x".repeat(1_100_000), "data: some\n".repeat(300_000)])
    it(`that never ends an event is refused, not held: ${text.slice(0, 6)}…`, () => {
      const stream = new EventStream();
      const piece = encoder.encode(text.slice(0, 50_000));
      assert.throws(
        () => {
          for (let i = 0; i < 60; i++) stream.take(piece);
        },
        (error) => error instanceof GrantledgerError && error.code === "BAD_ANSWER" && !error.retryable,
      );
    });
});
