import { createServer } from "node:net";
import { say } from "../terminal/output.ts";

/** The first free port on 127.0.0.1 from `wanted` on, said aloud when it is another. */
export async function freePort(what: string, wanted: number): Promise<number> {
  let port = wanted;
  while (!(await isFree(port))) {
    port++;
    if (port > 65_535) throw new Error(`no free port for ${what} between ${wanted} and 65535`);
  }
  if (port !== wanted) say(`  port ${wanted} is taken: ${what} uses ${port}`);
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      // EACCES: a port that only root may open is as good as taken.
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
