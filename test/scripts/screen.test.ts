import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rowsOf, Screen } from "../../scripts/terminal/screen.ts";

const ESCAPE = "\x1b";
const CONTROL_OR_CHARACTER = new RegExp(`${ESCAPE}\\[(\\d*)([A-Z])|([^${ESCAPE}])`, "gs");

/** As much of a terminal as the screen needs: wrapping, and the few control sequences it writes. */
class FakeTerminal {
  columns = 20;
  readonly rows: string[] = [""];
  written = "";
  #row = 0;
  #column = 0;

  write(text: string): void {
    this.written += text;
    for (const [, count, command, character] of text.matchAll(CONTROL_OR_CHARACTER)) {
      if (command === "A") this.#row = Math.max(0, this.#row - Number(count));
      else if (command === "B") this.#down(Number(count));
      else if (command === "K") this.rows[this.#row] = "";
      else if (command === "J") this.rows.splice(this.#row, Number.POSITIVE_INFINITY, "");
      else if (character === "\r") this.#column = 0;
      else if (character === "\n") this.#newLine();
      else this.#put(character ?? "?");
    }
  }

  #put(character: string): void {
    if (this.#column === this.columns) this.#newLine();
    const row = this.rows[this.#row] ?? "";
    this.rows[this.#row] = row.slice(0, this.#column).padEnd(this.#column) + character + row.slice(this.#column + 1);
    this.#column++;
  }

  #newLine(): void {
    this.#column = 0;
    this.#down(1);
  }

  #down(count: number): void {
    this.#row += count;
    while (this.rows.length <= this.#row) this.rows.push("");
  }
}

describe("the screen", () => {
  it("shows the lines, and then others in their place", () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    terminal.write("before\n");
    for (const lines of [["one", "two", "three"], ["one", "2", "three"], ["one", "2", "three", "four"], ["last"]]) {
      screen.draw(lines);
      assert.deepEqual(terminal.rows, ["before", ...lines, ""]);
    }
  });

  it("writes nothing of a line that stays the same, so that it can be copied meanwhile", () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw(["to be copied", "1 event", "the end"]);
    terminal.written = "";
    screen.draw(["to be copied", "2 event", "the end"]);
    assert.match(terminal.written, /2 event/);
    assert.doesNotMatch(terminal.written, /copied|end/);
    terminal.written = "";
    screen.draw(["to be copied", "2 event", "the end"]);
    assert.equal(terminal.written, "");
  });

  it("counts the rows of lines that the terminal wraps", () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    const long = (letter: string) => letter.repeat(45);
    screen.draw([long("a"), "middle", long("b")]);
    screen.draw([long("c"), "changed", long("b")]);
    const wrapped = (letter: string) => [letter.repeat(20), letter.repeat(20), letter.repeat(5)];
    assert.deepEqual(terminal.rows, [...wrapped("c"), "changed", ...wrapped("b"), ""]);
    screen.draw(["short"]);
    assert.deepEqual(terminal.rows, ["short", ""]);
  });

  it("does not count what is not seen", () => {
    assert.equal(rowsOf(["\x1b[36m12345678901234567890\x1b[39m"], 20), 1);
    assert.equal(rowsOf(["", "x".repeat(21)], 20), 3);
  });
});
