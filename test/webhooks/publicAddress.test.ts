import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Poster, whyNot } from "../../indexer/webhooks/post.ts";
import { isPublic, lookupPublic } from "../../indexer/webhooks/publicAddress.ts";
import { Receiver } from "./receiver.ts";

const STRICT = { allowHttp: false, allowPrivateAddresses: false };

describe("where a webhook may go", () => {
  it("is the public internet", () => {
    for (const address of [
      "1.1.1.1",
      "8.8.8.8",
      "172.15.255.255",
      "172.32.0.0",
      "100.128.0.0",
      "2606:4700::1111",
      "2a00::1",
    ])
      assert.ok(isPublic(address), address);
  });

  it("is nowhere that only this host or network reaches", () => {
    for (const address of [
      ...["127.0.0.1", "127.255.255.255", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1"],
      ...["169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
      ...["::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "64:ff9b::7f00:1"],
      ...["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "localhost", "", "1", "0x7f.1"],
    ])
      assert.ok(!isPublic(address), address);
  });

  it("is judged by the address that a name has, when it is connected to", async () => {
    const error = await new Promise((resolve) => lookupPublic("localhost", { all: true }, resolve));
    assert.match(String(error), /localhost is at /);
  });

  it("is told by its URL, where that is enough", () => {
    const refused = (url: string): string => whyNot(url, STRICT) ?? "";
    assert.equal(refused("https://example.com/hook"), "");
    assert.match(refused("http://example.com/hook"), /only https/);
    for (const url of [
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://2130706433/",
      "https://0x7f.1/",
      "https://[::ffff:7f00:1]/",
    ])
      assert.match(refused(url), /not public/, url);
    assert.match(refused("https://user:password@example.com/"), /password/);
    for (const url of ["ftp://example.com", "file:///etc/passwd", "javascript:1"])
      assert.match(refused(url), /only https/);
    assert.match(refused("nonsense"), /no URL/);
    assert.equal(whyNot("http://10.0.0.1/", { allowHttp: true, allowPrivateAddresses: true }), undefined);
  });

  it("is not where a redirect leads, and not where a name leads to this host", async () => {
    const receiver = await Receiver.start();
    const { port } = new URL(receiver.url);
    const careful = new Poster({ allowHttp: true, allowPrivateAddresses: false });
    const open = new Poster({ allowHttp: true, allowPrivateAddresses: true });
    try {
      const byName = `http://localhost:${port}/hook`;
      const outcome = await careful.post(byName, {}, "{}");
      assert.match(outcome.type === "failed" ? outcome.problem : outcome.type, /localhost is at/);
      assert.equal(receiver.forged, 0);
      // The same name is reached without the defence.
      assert.deepEqual(await open.post(byName, {}, "{}"), { type: "failed", problem: "HTTP 401" });
      assert.equal(receiver.forged, 1);
    } finally {
      await Promise.all([careful.close(), open.close()]);
      await receiver.stop();
    }
  });
});
