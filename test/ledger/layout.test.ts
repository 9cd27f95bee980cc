import assert from "node:assert/strict";
import { test } from "node:test";
import { type EventFragment, Interface, type InterfaceAbi } from "ethers";
import {
  accessGrantsArtifact,
  credentialRegistryArtifact,
  entityRegistryArtifact,
  type FrozenArtifact,
} from "../../deploy/artifact.ts";
import { CONTRACT_NAMES, type ContractName } from "../../indexer/config/schema.ts";
import type { EventAbi } from "../../indexer/evidence/abi.ts";
import { CREDENTIAL_EVENTS, ENTITY_EVENTS, GOVERNANCE_EVENTS } from "../../indexer/evidence/registryEvents.ts";
import { EVENT_LAYOUTS, LAYOUT_BY_TOPIC } from "../../indexer/ledger/layout.ts";
import { INTERFACES } from "../support/interfaces.ts";

/** The layouts and declarations that logs are read by, against the compiled ABIs. */

const eventsOf = (abi: Interface): EventFragment[] => {
  const events: EventFragment[] = [];
  abi.forEachEvent((event) => void events.push(event));
  return events;
};

const FROZEN: readonly (readonly [ContractName, FrozenArtifact])[] = [
  ["AccessGrants", accessGrantsArtifact],
  ["CredentialRegistry", credentialRegistryArtifact],
  ["EntityRegistry", entityRegistryArtifact],
];
for (const [name, artifact] of FROZEN)
  test(`the frozen ${name} and typechain-types have the same events`, () => {
    const formatted = (abi: Interface): string[] => eventsOf(abi).map((event) => event.format("full"));
    assert.deepEqual(formatted(new Interface(artifact.abi as InterfaceAbi)).sort(), formatted(INTERFACES[name]).sort());
  });

const topics: Readonly<Record<ContractName, readonly string[]>> = {
  AccessGrants: [...LAYOUT_BY_TOPIC.keys()],
  CredentialRegistry: [...CREDENTIAL_EVENTS.keys()],
  EntityRegistry: [...ENTITY_EVENTS.keys()],
  AccessManager: [...GOVERNANCE_EVENTS.keys()],
};
for (const name of CONTRACT_NAMES)
  test(`every event that ${name} can have is known, and no other`, () => {
    const compiled = eventsOf(INTERFACES[name]).map((event) => event.topicHash);
    assert.ok(compiled.length > 0);
    assert.deepEqual([...topics[name]].sort(), compiled.sort());
  });

/** What the ledger calls an event of a contract; those that it has no name of its own for are listed by theirs. */
const words = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();

for (const layout of EVENT_LAYOUTS)
  test(`${layout.kind} lies as in the compiled ABI`, () => {
    const event = INTERFACES.AccessGrants.getEvent(layout.topic);
    assert.ok(event);
    assert.equal(words(event.name), layout.kind);
    assert.equal(event.format("sighash"), layout.signature);
    assert.equal(event.anonymous, false);
    const [indexed, data] = [true, false].map((is) => event.inputs.filter((input) => input.indexed === is));
    assert.deepEqual(
      indexed?.map(({ name, baseType }) => [name, baseType]),
      [
        ["credential", "bytes32"],
        ["holder", "address"],
        ["grantee", "address"],
      ],
    );
    // Static types alone take one word each, in order; each is read by its own name.
    assert.deepEqual(
      data?.map(({ name, baseType }, i) => [name, i, /^(address|bytes32|uint\d+)$/.test(baseType)]),
      Object.entries(layout.words)
        .sort(([, a], [, b]) => a - b)
        .map(([name, i]) => [name, i, true]),
    );
    assert.equal(data?.length, layout.length);
  });

const declared: readonly (readonly [ContractName, string, EventAbi])[] = (
  [
    ["CredentialRegistry", CREDENTIAL_EVENTS],
    ["EntityRegistry", ENTITY_EVENTS],
    ["AccessManager", GOVERNANCE_EVENTS],
  ] as const
).flatMap(([contract, events]) => [...events.values()].map(({ kind, abi }) => [contract, kind, abi] as const));

for (const [contract, kind, abi] of declared)
  test(`${abi.name} of ${contract} is declared as in the compiled ABI`, () => {
    const event = INTERFACES[contract].getEvent(abi.topic);
    assert.ok(event);
    assert.equal(event.format("sighash"), abi.signature);
    assert.equal(event.name, abi.name);
    if (kind !== "GOVERNANCE_CHANGED") assert.equal(words(event.name), kind);
    for (const is of [true, false])
      assert.deepEqual(
        (is ? abi.indexed : abi.inData).map(({ name, type }) => [name, type]),
        event.inputs.filter((input) => input.indexed === is).map(({ name, type }) => [name, type]),
      );
  });
