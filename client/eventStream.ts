import { badAnswer } from "./errors.ts";

/** Server-sent events, as the HTML standard interprets an event stream ("9.2.6 Interpreting an event stream"). */

export interface Sent {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
}

/** Far beyond any item of the API, in UTF-16 code units. */
const LONGEST_EVENT = 1_000_000;

/** Takes the stream as it comes, in pieces that may end anywhere. */
export class EventStream {
  readonly #decoder = new TextDecoder();
  /** What has no end of line yet. */
  #rest = "";
  /** The last piece ended with CR, and LF may follow as a part of the same end of line. */
  #afterCr = false;
  #event = "";
  #data: string[] = [];
  /** Of what the event has so far. */
  #length = 0;

  /** @returns the events that this piece completes. @throws GrantledgerError BAD_ANSWER when one has no end. */
  take(bytes: Uint8Array): Sent[] {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return [];
    if (this.#afterCr && text.startsWith("\n")) text = text.slice(1);
    this.#afterCr = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    const sent: Sent[] = [];
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== undefined) sent.push(event);
    }
    if (this.#length + this.#rest.length > LONGEST_EVENT)
      throw badAnswer(`an event of more than ${LONGEST_EVENT} characters, which is none of the API's`);
    return sent;
  }

  #line(line: string): Sent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    // A comment has no field name; `id` and `retry` say nothing that a cursor does not say better.
    if (field === "event") this.#event = value;
    if (field === "data") {
      this.#data.push(value);
      this.#length += value.length + 1;
    }
    return undefined;
  }

  #dispatch(): Sent | undefined {
    const [event, data] = [this.#event || "message", this.#data];
    this.#event = "";
    this.#data = [];
    this.#length = 0;
    return data.length === 0 ? undefined : { event, data: data.join("\n") };
  }
}
