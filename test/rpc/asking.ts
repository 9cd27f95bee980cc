import { RpcClient } from "../../indexer/rpc/client.ts";
import { Endpoint, type EndpointOptions } from "../../indexer/rpc/endpoint.ts";
import type { RpcObserver } from "../../indexer/rpc/observer.ts";
import { UsualPace } from "../../indexer/rpc/pace.ts";
import { FakeTime } from "../support/fakeTime.ts";
import { CHAIN } from "./servers.ts";

type Told = { [Event in keyof RpcObserver]: Parameters<RpcObserver[Event]>[0][] };

/** An observer that keeps what it is told. */
export function listening(): { observer: RpcObserver; told: Told } {
  const told: Told = {
    ...{ answered: [], failed: [], rateLimited: [], learned: [], head: [], chosen: [], state: [] },
    ...{ hint: [], subscription: [], disagreed: [] },
  };
  const observer = Object.fromEntries(
    Object.entries(told).map(([name, events]) => [name, (event: unknown) => void (events as unknown[]).push(event)]),
  ) as unknown as RpcObserver;
  return { observer, told };
}

export interface Asking {
  readonly client: RpcClient;
  readonly endpoints: Endpoint[];
  readonly time: FakeTime;
  readonly told: Told;
  readonly observer: RpcObserver;
}

/** A client of these URLs, named a, b, c…, whose time the test moves. */
export async function asking<T>(
  urls: readonly string[],
  use: (asking: Asking) => Promise<T>,
  options: Partial<EndpointOptions> = {},
): Promise<T> {
  const time = new FakeTime();
  const { observer, told } = listening();
  const shared = { chainId: CHAIN, timeoutMs: 20_000, time, observer, usualPace: new UsualPace(), ...options };
  const endpoints = urls.map((url, i) => new Endpoint(url, { ...shared, name: "abcdef"[i] }));
  const client = new RpcClient(endpoints, { observer, time });
  try {
    return await use({ client, endpoints, time, told, observer });
  } finally {
    await client.close();
  }
}
