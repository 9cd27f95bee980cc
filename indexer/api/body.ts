import type { IncomingMessage } from "node:http";

/** The body as text; undefined when it is too long, whatever its header says. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return chunks.push(chunk);
      request.removeAllListeners("data");
      // The rest is read and thrown away, so that the client gets to read the answer.
      request.resume();
      return resolve(undefined);
    });
    request.once("end", () => {
      const [only] = chunks;
      resolve(
        only !== undefined && chunks.length === 1 ? only.toString("utf8") : Buffer.concat(chunks).toString("utf8"),
      );
    });
    request.once("error", reject);
  });
}
