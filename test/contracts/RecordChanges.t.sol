// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GrantRecord, RELEASED} from "../../contracts/types/GrantRecord.sol";
import {Model, Terms} from "./support/Model.sol";
import {Test} from "./support/Test.sol";

/// @notice What each change of a record sets, and that it sets nothing else: for every word, also those that the contract
/// never makes.
contract RecordChangesTest is Test {
    using Model for Terms;

    function testFuzz_revokingSetsTimeAndNumber(bytes32 word, uint40 time, uint16 number) public pure {
        Terms memory t = Model.decode(word);
        (t.revokedAt, t.sequence) = (time, number);
        assertRecord(GrantRecord.wrap(word).revoked(time, number), t);
    }

    function testFuzz_flaggingSetsFlagsAndNumber(bytes32 word, uint8 flags, uint16 number) public pure {
        Terms memory t = Model.decode(word);
        (t.flags, t.sequence) = (flags, number);
        assertRecord(GrantRecord.wrap(word).flagged(flags, number), t);
    }

    /// @dev The flags of before may hold every bit that the new ones do not.
    function testFuzz_flaggingLeavesNoFlagOfBefore(bytes32 word, uint16 number) public pure {
        GrantRecord full = GrantRecord.wrap(word | bytes32(uint256(type(uint8).max)));
        assertEq(full.flagged(0, number).flags(), 0, "flags");
    }

    function testFuzz_releasingEndsAtOnceUnlessItHadEnded(
        bytes32 word,
        uint40 time,
        uint16 number,
        uint40 end
    ) public pure {
        Terms memory t = Model.decode(word);
        if (time < end) t.revokedAt = time;
        (t.lockedUntil, t.retention, t.sequence) = (0, 0, number);
        t.flags |= RELEASED;
        assertRecord(GrantRecord.wrap(word).released(time, number, end), t);
    }

    function assertRecord(GrantRecord record, Terms memory expected) private pure {
        assertEq(GrantRecord.unwrap(record), expected.encode(), "record");
    }
}
