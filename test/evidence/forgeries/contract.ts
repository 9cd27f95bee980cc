import { address } from "../../api/world.ts";
import { CONTRACT } from "../madeBlock.ts";
import { altered, type Forgeries, otherDigit } from "./forging.ts";

/** Another contract, or another chain. */
export const CONTRACT_FORGERIES: Forgeries = {
  "another contract": [
    "CONTRACT",
    () =>
      altered(({ contract }) => {
        contract.account = `eip155:42161:${address(9)}`;
      }),
  ],
  "another chain of the block": [
    "CHAIN",
    () =>
      altered((draft) => {
        draft.chain = "eip155:1";
      }),
  ],
  "another chain of the contract": [
    "CHAIN",
    () =>
      altered(({ contract }) => {
        contract.account = `eip155:1:${CONTRACT}`;
      }),
  ],
  "a chain that cannot be": [
    "CHAIN",
    () =>
      altered((draft) => {
        draft.transaction = null;
        draft.chain = `eip155:${"9".repeat(19)}`;
        draft.contract.account = `${draft.chain}:${CONTRACT}`;
      }),
  ],
  "the creation of another contract": [
    "CREATION",
    () =>
      (["deployer", "salt", "initCodeHash"] as const).map((key) =>
        altered(({ contract }) => {
          if (contract.creation !== null) contract.creation[key] = otherDigit(contract.creation[key]);
        }),
      ),
  ],
};
