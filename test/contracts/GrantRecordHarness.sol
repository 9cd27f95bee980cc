// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CredentialRecord, CredentialStatus} from "../../contracts/types/CredentialRecord.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";

/// @notice Shows the rules of `contracts/types/` to a test that compares them with the ones in TypeScript and SQL, many
/// records in one eth_call.
contract GrantRecordHarness {
    /// @notice The rule of time, with the parent's end and the holds.
    function evaluate(
        GrantRecord[] calldata records,
        uint64[] calldata times,
        uint256[] calldata parentEnds,
        uint256[] calldata holds
    ) external pure returns (GrantState[] memory states, uint256[] memory activeEnds, uint256[] memory accessEnds) {
        states = new GrantState[](records.length);
        activeEnds = new uint256[](records.length);
        accessEnds = new uint256[](records.length);
        for (uint256 i = 0; i < records.length; ++i) {
            states[i] = records[i].stateAt(times[i], parentEnds[i], holds[i]);
            activeEnds[i] = records[i].activeEnd(parentEnds[i]);
            accessEnds[i] = records[i].accessEnd(parentEnds[i], holds[i]);
        }
    }

    /// @notice The rule of time for grants that have no parent and are not held.
    function evaluatePlain(
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

    /// @notice What credentials are worth.
    function statuses(
        CredentialRecord[] calldata records,
        uint64[] calldata times
    ) external pure returns (CredentialStatus[] memory worth) {
        worth = new CredentialStatus[](records.length);
        for (uint256 i = 0; i < records.length; ++i) worth[i] = records[i].statusAt(times[i]);
    }
}
