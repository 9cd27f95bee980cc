import type { Socket } from "node:net";

/** Two ends of one connection through us: each goes when the other has gone. Kept in `open` for as long as they are. */
export function join(open: Set<Socket>, client: Socket, upstream: Socket): void {
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      open.delete(socket);
      other.destroy();
    });
  }
}
