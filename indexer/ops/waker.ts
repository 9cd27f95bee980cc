/**
 * Ends a wait before its time. To lose no word, ask for the wait before looking at what is waited for: whatever wakes while
 * that goes on ends it.
 */
export class Waker {
  #wake: () => void = () => {};

  /** Ends the newest wait, if it goes on. */
  wake(): void {
    this.#wake();
  }

  /** Resolves when woken, or after so long. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
