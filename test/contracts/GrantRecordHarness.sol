// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";

/// @notice Shows the rule of time of `contracts/types/GrantRecord.sol` to a test that compares it with the ones in
/// TypeScript and SQL, many records in one eth_call.
contract GrantRecordHarness {
    function evaluate(
        GrantRecord[] calldata records,
        uint64[] calldata times
    ) external pure returns (GrantState[] memory states, uint256[] memory activeEnds, uint256[] memory accessEnds) {
        states = new GrantState[](records.length);
        activeEnds = new uint256[](records.length);
        accessEnds = new uint256[](records.length);
        for (uint256 i = 0; i < records.length; ++i) {
            states[i] = records[i].stateAt(times[i]);
            activeEnds[i] = records[i].activeEnd();
            accessEnds[i] = records[i].accessEnd();
        }
    }
}
