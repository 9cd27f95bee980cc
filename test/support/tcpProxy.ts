import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "./joined.ts";

/** A TCP proxy on loopback whose connections can be cut: a network that breaks, without either end having a part in it. */
export interface TcpProxy {
  readonly port: number;
  /** Cuts the next connection, both ways, once it has sent so many bytes to the server; undefined lets all be. */
  cutAfterBytes: number | undefined;
  /** How many connections were cut. */
  readonly cuts: number;
  stop(): Promise<void>;
}

export async function startTcpProxy(host: string, port: number): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(port, host);
    join(open, client, upstream);
    upstream.pipe(client);
    let sent = 0;
    client.on("data", (bytes) => {
      const limit = proxy.cutAfterBytes;
      sent += bytes.length;
      if (limit === undefined || sent <= limit) {
        upstream.write(bytes);
        return;
      }
      proxy.cutAfterBytes = undefined;
      cuts++;
      // A part of what was being sent arrives, as it does when a network breaks.
      upstream.write(bytes.subarray(0, bytes.length - (sent - limit)), () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = {
    port: (server.address() as AddressInfo).port,
    cutAfterBytes: undefined as number | undefined,
    get cuts() {
      return cuts;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
