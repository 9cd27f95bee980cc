import { address } from "../../api/world.ts";
import { altered, type Forgeries, GOOD, otherDigit } from "./forging.ts";

/** Logs that the receipt does not have. */
export const LOG_FORGERIES: Forgeries = {
  "another place of the log": [
    "LOG",
    () =>
      [0, 2].map((index) =>
        altered((draft) => {
          draft.log.index = index;
          draft.claims.logIndexInBlock += 1;
        }),
      ),
  ],
  "a place that the receipt does not have": [
    "LOG_INDEX",
    () =>
      altered(({ log, claims }) => {
        log.index = 3;
        claims.logIndexInBlock += 2;
      }),
  ],
  "an altered topic": [
    "LOG",
    () =>
      GOOD.log.topics.map((_, i) =>
        altered(({ log }) => {
          log.topics[i] = otherDigit(log.topics[i] ?? "");
        }),
      ),
  ],
  "a topic left out, doubled, out of place": [
    "LOG",
    () => [
      altered(({ log }) => void log.topics.pop()),
      altered(({ log }) => void log.topics.splice(1, 1, log.topics[0] ?? "")),
      altered(({ log }) => void log.topics.reverse()),
    ],
  ],
  "altered data": [
    "LOG",
    () => [
      altered(({ log }) => {
        log.data = otherDigit(log.data);
      }),
      altered(({ log }) => {
        log.data += "00";
      }),
      altered(({ log }) => {
        log.data = "0x";
      }),
    ],
  ],
  "another address of the log": [
    "LOG",
    () =>
      altered(({ log, contract }) => {
        log.address = address(9);
        contract.account = `eip155:42161:${address(9)}`;
      }),
  ],
};
