/** Milliseconds since the unix epoch, like `Date.now`. Injected, so that tests own the time. */
export type Clock = () => number;
