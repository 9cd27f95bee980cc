import type { EventData } from "node:test";

type Event = Pick<EventData.TestEnqueue, "name" | "file" | "line">;

/**
 * The tests that were begun or queued and never came to an end. Node's runner forgets them when a test file ends its own
 * process with exit code 0, and calls the run a success.
 */
export class Unfinished {
  readonly #open = new Map<string, number>();

  began(event: Event): void {
    this.#add(event, 1);
  }

  ended(event: Event): void {
    this.#add(event, -1);
  }

  /** Each with its place. */
  list(): string[] {
    return [...this.#open].flatMap(([test, count]) => Array.from({ length: count }, () => test));
  }

  #add({ name, file, line }: Event, change: number): void {
    const test = `${name} (${file}:${line})`;
    this.#open.set(test, Math.max(0, (this.#open.get(test) ?? 0) + change));
  }
}
