// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GrantRecord, GrantState, NEVER, toGrantRecord} from "../../contracts/types/GrantRecord.sol";
import {Model, Terms} from "./support/Model.sol";
import {Test} from "./support/Test.sol";

/// @notice The packed word and the rule of time, for every word and every moment.
contract RecordTest is Test {
    using Model for Terms;

    function testFuzz_everyFieldIsWhereTheLayoutSays(bytes32 word) public pure {
        GrantRecord record = GrantRecord.wrap(word);
        Terms memory t = Model.decode(word);
        assertEq(record.grantedAt(), t.grantedAt, "grantedAt");
        assertEq(record.notBefore(), t.notBefore, "notBefore");
        assertEq(record.expiresAt(), t.expiresAt, "expiresAt");
        assertEq(record.lockedUntil(), t.lockedUntil, "lockedUntil");
        assertEq(record.revokedAt(), t.revokedAt, "revokedAt");
        assertEq(record.retention(), t.retention, "retention");
        assertEq(record.sequence(), t.sequence, "sequence");
        assertEq(record.flags(), t.flags, "flags");
    }

    function testFuzz_packingKeepsEveryField(bytes32 word) public pure {
        GrantRecord r = GrantRecord.wrap(word);
        GrantRecord packed = toGrantRecord(
            r.grantedAt(),
            r.notBefore(),
            r.expiresAt(),
            r.lockedUntil(),
            r.revokedAt(),
            r.retention(),
            r.sequence(),
            r.flags()
        );
        assertEq(GrantRecord.unwrap(packed), word, "packed");
    }

    /// @dev Random words have far-away times. See below for near ones.
    function testFuzz_ruleHoldsForEveryWordAndMoment(bytes32 word, uint64 time) public pure {
        assertRule(Model.decode(word), time);
    }

    /// @dev Times close together, so that every order of them and every equality comes up.
    function testFuzz_ruleHoldsWhereTimesAreClose(bytes32 word, uint64 time) public pure {
        Terms memory t = Model.decode(word);
        t.grantedAt %= 3;
        t.notBefore %= 8;
        t.expiresAt %= 8;
        t.lockedUntil %= 16;
        t.revokedAt %= 8;
        t.retention %= 8;
        assertRule(t, time % 20);
    }

    /// @dev Every order of all boundaries, none left out: 0 is also "not set".
    function test_ruleHoldsForAllOrdersOfAllBoundaries() public pure {
        Terms memory t;
        t.grantedAt = 1;
        for (t.notBefore = 0; t.notBefore < 4; ++t.notBefore)
            for (t.expiresAt = 0; t.expiresAt < 5; ++t.expiresAt)
                for (t.revokedAt = 0; t.revokedAt < 5; ++t.revokedAt)
                    for (t.lockedUntil = 0; t.lockedUntil < 7; t.lockedUntil += 2)
                        for (t.retention = 0; t.retention < 3; ++t.retention)
                            for (uint64 time = 0; time < 8; ++time) assertRule(t, time);
    }

    /// @dev The same with a parent and a hold, in every order of their ends and the other boundaries.
    function test_ruleHoldsForAllOrdersOfTheEndsOfParentAndHold() public pure {
        Terms memory t;
        t.grantedAt = 1;
        for (t.notBefore = 0; t.notBefore < 4; t.notBefore += 3)
            for (t.expiresAt = 0; t.expiresAt < 5; t.expiresAt += 2)
                for (t.revokedAt = 0; t.revokedAt < 5; t.revokedAt += 2)
                    for (t.lockedUntil = 0; t.lockedUntil < 7; t.lockedUntil += 3)
                        for (t.retention = 0; t.retention < 3; ++t.retention)
                            for (t.parentEnd = 0; t.parentEnd < 5; ++t.parentEnd)
                                for (t.holdUntil = 0; t.holdUntil < 8; ++t.holdUntil)
                                    for (uint64 time = 0; time < 9; ++time) assertRule(t, time);
    }

    function testFuzz_ruleHoldsForEveryWordParentAndHold(
        bytes32 word,
        uint40 parentEnd,
        uint40 holdUntil,
        uint64 time
    ) public pure {
        Terms memory t = Model.decode(word);
        (t.parentEnd, t.holdUntil) = (parentEnd, holdUntil);
        assertRule(t, time);
    }

    /// @dev A hold only ever adds record keeping: it changes no active period, and ends nothing.
    function testFuzz_aHoldNeverShortensAndLetsNobodyReadForThePurpose(
        bytes32 word,
        uint40 parentEnd,
        uint40 holdUntil,
        uint64 time
    ) public pure {
        GrantRecord record = GrantRecord.wrap(word);
        GrantState held = record.stateAt(time, parentEnd, holdUntil);
        GrantState free = record.stateAt(time, parentEnd, 0);
        bool kept = free == GrantState.ENDED && held == GrantState.RETAINED;
        assertTrue(held == free || (kept && time < holdUntil), "held");
    }

    /// @dev The end of a parent only ever takes away.
    function testFuzz_aParentNeverLengthens(bytes32 word, uint40 parentEnd, uint64 time) public pure {
        GrantRecord record = GrantRecord.wrap(word);
        bool active = record.stateAt(time, parentEnd, 0) == GrantState.ACTIVE;
        assertTrue(!active || time < parentEnd, "outlives its parent");
        assertTrue(!active || record.stateAt(time) == GrantState.ACTIVE, "active by its parent alone");
    }

    function test_aGrantWithoutEndIsActiveAtTheLastMomentThereIs() public pure {
        Terms memory t;
        t.grantedAt = 1;
        GrantRecord record = GrantRecord.wrap(t.encode());
        assertEq(record.activeEnd(), NEVER, "activeEnd");
        assertEq(record.accessEnd(), NEVER, "accessEnd");
        assertEq(uint256(record.stateAt(type(uint64).max)), uint256(GrantState.ACTIVE), "state");
    }

    /// @dev The largest sum there is does not wrap around.
    function test_theLatestEndsDoNotOverflow() public pure {
        GrantRecord record = GrantRecord.wrap(~bytes32(0));
        assertEq(record.activeEnd(), 2 ** 40 - 1, "activeEnd");
        assertEq(record.accessEnd(), 2 ** 40 - 1 + 2 ** 32 - 1, "accessEnd");
    }

    /// @dev Time only moves a grant forward, whatever its word.
    function testFuzz_timeNeverRevives(bytes32 word, uint64 early, uint64 late) public pure {
        vm.assume(early <= late);
        GrantRecord record = GrantRecord.wrap(word);
        GrantState then = record.stateAt(early);
        GrantState later = record.stateAt(late);
        assertTrue(uint256(then) <= uint256(later), "state went back");
    }

    function assertRule(Terms memory t, uint64 time) private pure {
        GrantRecord record = GrantRecord.wrap(t.encode());
        uint256 parentEnd = t.parentEnd == 0 ? NEVER : t.parentEnd;
        assertEq(record.activeEnd(parentEnd), t.activeEnd(), "activeEnd");
        assertEq(record.accessEnd(parentEnd, t.holdUntil), t.accessEnd(), "accessEnd");
        assertEq(uint256(record.stateAt(time, parentEnd, t.holdUntil)), uint256(t.state(time)), "state");
        if (t.parentEnd != 0 || t.holdUntil != 0) return;
        assertEq(record.activeEnd(), t.activeEnd(), "activeEnd without a parent");
        assertEq(record.accessEnd(), t.accessEnd(), "accessEnd without a hold");
        assertEq(uint256(record.stateAt(time)), uint256(t.state(time)), "state without either");
    }
}
