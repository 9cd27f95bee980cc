import pg from "pg";

/**
 * Ends the process at a chosen point of the write path, with SIGKILL. A point is after each piece of bytes that a chain's
 * writer sends to the database, and before the first: in between it does nothing that the database could notice, so these
 * are all moments at which it can die that differ, every await of it among them.
 */

const WRITER = "grantledger writer ";

/** Installed before any writer connects. @param endAt counted from 1; 0 only counts. */
export function countPoints(endAt: number): () => number {
  let points = 0;
  const point = (): void => {
    if (++points === endAt) process.kill(process.pid, "SIGKILL");
  };
  const watched = new WeakSet<object>();
  const { query } = pg.Client.prototype;
  // biome-ignore lint/suspicious/noExplicitAny: every overload is passed through as it is.
  pg.Client.prototype.query = function (this: any, ...args: any[]) {
    const { stream } = this.connection;
    if (String(this.connectionParameters.application_name).startsWith(WRITER) && !watched.has(stream)) {
      watched.add(stream);
      const write = stream.write.bind(stream);
      point();
      stream.write = (...sent: unknown[]) => {
        const accepted = write(...sent);
        point();
        return accepted;
      };
    }
    return Reflect.apply(query, this, args);
  } as typeof query;
  return () => points;
}
