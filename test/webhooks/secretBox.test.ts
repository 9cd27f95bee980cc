import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { OperatorError } from "../../indexer/ops/errors.ts";
import { SecretBox } from "../../indexer/webhooks/secretBox.ts";

describe("a secret at rest", () => {
  const key = randomBytes(32);
  const box = new SecretBox(key);
  const secret = randomBytes(32);

  it("is opened for what it was sealed for, and shows nothing of itself", () => {
    const sealed = box.seal(secret, "wh_1");
    assert.deepEqual(box.open(sealed, "wh_1"), secret);
    assert.ok(!sealed.includes(secret.subarray(0, 8)));
    assert.notDeepEqual(box.seal(secret, "wh_1"), sealed);
  });

  it("is opened by no other key, for nothing else, and in no other bytes", () => {
    const sealed = box.seal(secret, "wh_1");
    assert.throws(() => new SecretBox(randomBytes(32)).open(sealed, "wh_1"), OperatorError);
    assert.throws(() => box.open(sealed, "wh_2"), OperatorError);
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      assert.throws(() => box.open(changed, "wh_1"), OperatorError, `byte ${i}`);
    }
    for (let length = 0; length < sealed.length; length++)
      assert.throws(() => box.open(sealed.subarray(0, length), "wh_1"), OperatorError, `${length} bytes`);
  });
});
