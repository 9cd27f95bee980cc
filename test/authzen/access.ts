import { playRegistries } from "../api/registryScene.ts";
import { address, bytes32, NOW, type World } from "../api/world.ts";

/** Asking by AuthZEN. */

export interface Access {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, each of which knows its request.
  readonly body: any;
}

export async function access(
  { api }: Pick<World, "api">,
  body: unknown,
  { path = "evaluation", headers = {} }: { path?: "evaluation" | "evaluations"; headers?: Record<string, string> } = {},
): Promise<Access> {
  const response = await fetch(`${api.url}/access/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Registries, and grants of which one is active, one denied by the standing, and one kept for its records. */
export async function playAccess(world: World): Promise<void> {
  await playRegistries(world);
  const ended = { revokedAt: NOW - 60n, retention: 1_000_000n };
  await world.chains.get(1n)?.mine(NOW - 50n, [
    { credential: 1, issuer: 0xe1, record: { expiresAt: NOW + 5000n } },
    { credential: 7, issuer: 0xe9, purpose: 3, record: { expiresAt: NOW + 9000n } },
    { credential: 8, issuer: 0xe9, record: ended },
  ]);
  // So that everything was known some time ago.
  world.now += 5n;
}

/** A request about numbers of a made-up world. */
export const evaluation = (credential: number, grantee: number, context?: object, action = "read") => ({
  subject: { type: "institution", id: address(grantee) },
  action: { name: action },
  resource: { type: "credential", id: bytes32(credential) },
  ...(context === undefined ? {} : { context }),
});
