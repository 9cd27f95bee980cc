/**
 * The process that started this one holds the other end of an IPC channel, which closes when that process dies, even by
 * kill -9. Started by hand there is no channel, and nothing to watch.
 */
export function whenOrphaned(end: () => void): void {
  if (process.channel === undefined) return;
  process.once("disconnect", end);
  // Watching must not be a reason to stay alive.
  process.channel.unref();
}
