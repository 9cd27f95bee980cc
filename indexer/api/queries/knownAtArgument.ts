/** Said of the argument wherever it is taken. */
export const KNOWN_AT =
  "As we would have answered then, by what we knew: an earlier moment of our clock, or the `knownAt` of an answer. What is known now without it.";
