// The entities as its code generator would write them, without the step of compiling.
const { Column, Entity, Index, PrimaryColumn } = require("typeorm");

class GrantEvent {
  constructor(fields) {
    Object.assign(this, fields);
  }
}
class AccessGrant {
  constructor(fields) {
    Object.assign(this, fields);
  }
}

const TEXT = ["credential", "holder", "grantee", "issuer", "seal", "record"];
const NUMBERS = ["blockNumber", "purpose", "legalBasis"];

function entity(type, texts, numbers, indexed) {
  PrimaryColumn("varchar")(type.prototype, "id");
  for (const name of texts) Column("text", { nullable: false })(type.prototype, name);
  for (const name of numbers) Column("int4", { nullable: false })(type.prototype, name);
  for (const name of indexed) Index()(type.prototype, name);
  Entity()(type);
}

entity(
  GrantEvent,
  [...TEXT, "context", "blockHash", "txHash"],
  [...NUMBERS, "logIndex", "blockTime"],
  ["credential", "grantee"],
);
entity(AccessGrant, TEXT, NUMBERS, ["grantee"]);

module.exports = { AccessGrant, GrantEvent };
