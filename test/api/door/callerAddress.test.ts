import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { callerAddress } from "../../../indexer/api/door/callerAddress.ts";

const request = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    connection: { remoteAddress },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  }) as unknown as IncomingMessage;

describe("whose request it is", () => {
  const alone = callerAddress();
  const behind = callerAddress(["loopback", "10.0.0.0/8", "2001:db8:1::/48"]);

  it("is that of the connection, whatever its headers say", () => {
    assert.equal(alone(request("203.0.113.7", "198.51.100.1")), "203.0.113.7");
    assert.equal(alone(request("::ffff:203.0.113.7")), "203.0.113.7");
    assert.equal(alone(request(undefined)), "unknown");
    assert.equal(behind(request("203.0.113.7", "198.51.100.1")), "203.0.113.7");
  });

  it("is the newest address that no trusted proxy has", () => {
    assert.equal(behind(request("10.1.2.3", "198.51.100.1")), "198.51.100.1");
    assert.equal(behind(request("::ffff:127.0.0.1", "198.51.100.1, 10.9.9.9")), "198.51.100.1");
    // What the caller wrote himself stands before it.
    assert.equal(behind(request("10.1.2.3", "192.0.2.1, 198.51.100.1, 10.9.9.9")), "198.51.100.1");
    assert.equal(behind(request("2001:db8:1::5", "198.51.100.1")), "198.51.100.1");
  });

  it("is the proxy's own where that says nonsense", () => {
    for (const said of ["", "unknown", "x".repeat(10_000), "198.51.100.1:80", "999.1.1.1"])
      assert.equal(behind(request("10.1.2.3", said)), "10.1.2.3", said.slice(0, 20));
  });

  it("is a network where it is IPv6: a caller has as many addresses of one as he likes", () => {
    assert.equal(alone(request("2001:db8:5:6::1")), alone(request("2001:db8:5:6:ffff:ffff:ffff:ffff")));
    assert.notEqual(alone(request("2001:db8:5:6::1")), alone(request("2001:db8:5:7::1")));
  });
});
