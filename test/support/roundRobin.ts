import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "./joined.ts";

/** A TCP balancer on loopback: each new connection goes to the next of the ports. */
export async function startRoundRobin(ports: readonly number[]): Promise<{ port: number; stop(): Promise<void> }> {
  const open = new Set<Socket>();
  let next = 0;
  const server = createServer((client) => {
    const upstream = connect(ports[next++ % ports.length] ?? 0, "127.0.0.1");
    join(open, client, upstream);
    upstream.pipe(client).pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
