import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { secretText, signedHeaders } from "../../indexer/webhooks/signature.ts";

describe("the signature of a webhook", () => {
  it("is that of the Standard Webhooks' own example", () => {
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md and its libraries' tests.
    const secret = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
    const headers = signedHeaders(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330n, '{"test": 2432232314}');
    assert.deepEqual(headers, {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
    assert.equal(secretText(secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  });
});
