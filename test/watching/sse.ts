/** Server-sent events as the protocol of GraphQL over SSE has them: one operation for each connection. */

export interface Sent {
  readonly event: string;
  readonly data: string;
}

/** The events of a body, comments left out. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<Sent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n").filter((text) => !text.startsWith(":"));
      const field = (name: string): string | undefined =>
        lines
          .find((text) => text.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trimStart();
      const event = field("event");
      if (event !== undefined) yield { event, data: field("data") ?? "" };
    }
  }
}

export const subscribe = (
  url: string,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
  key?: string,
): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      ...{ "content-type": "application/json", accept: "text/event-stream" },
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ query, variables }),
    ...(signal === undefined ? {} : { signal }),
  });
