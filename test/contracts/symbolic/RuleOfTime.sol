// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GrantRecord, GrantState, NEVER, RELEASED} from "../../../contracts/types/GrantRecord.sol";

/// @notice The rule of time for every word and every moment: proven by `npm run analyze:symbolic`, not tried. Each `check_`
/// is a theorem about its arguments; what it asks of them first is all that is assumed.
contract RuleOfTime {
    struct Fields {
        uint256 grantedAt;
        uint256 notBefore;
        uint256 expiresAt;
        uint256 lockedUntil;
        uint256 revokedAt;
        uint256 retention;
    }

    /// @dev The rule as docs/ARCHITECTURE.md writes it, from the bytes that its table of the record names: each of its three
    /// parts by the ones before it.
    function check_activeEndIsTheDocumentedOne(bytes32 word, bool onward, uint40 until) external pure {
        Fields memory f = fieldsOf(word);
        uint256 earliest = NEVER;
        if (f.expiresAt != 0) earliest = f.expiresAt;
        if (f.revokedAt != 0 && f.revokedAt < earliest) earliest = f.revokedAt;
        if (onward && until < earliest) earliest = until;
        assert(GrantRecord.wrap(word).activeEnd(endOf(onward, until)) == earliest);
    }

    function check_accessEndIsTheDocumentedOne(bytes32 word, bool onward, uint40 until, uint40 hold) external pure {
        Fields memory f = fieldsOf(word);
        GrantRecord record = GrantRecord.wrap(word);
        uint256 parentEnd = endOf(onward, until);
        uint256 activeEnd = record.activeEnd(parentEnd);
        uint256 accessEnd = record.accessEnd(parentEnd, hold);
        if (activeEnd == NEVER || activeEnd < f.notBefore) {
            assert(accessEnd == activeEnd);
            return;
        }
        // The latest of the three: none is later, and it is one of them.
        assert(accessEnd >= activeEnd + f.retention && accessEnd >= f.lockedUntil && accessEnd >= hold);
        assert(accessEnd == activeEnd + f.retention || accessEnd == f.lockedUntil || accessEnd == hold);
    }

    function check_theStateIsTheDocumentedOne(
        bytes32 word,
        uint64 t,
        bool onward,
        uint40 until,
        uint40 hold
    ) external pure {
        Fields memory f = fieldsOf(word);
        GrantRecord record = GrantRecord.wrap(word);
        uint256 parentEnd = endOf(onward, until);
        uint256 activeEnd = record.activeEnd(parentEnd);
        GrantState state = record.stateAt(t, parentEnd, hold);
        if (f.grantedAt == 0) assert(state == GrantState.NONE);
        else if (t < f.notBefore && t < activeEnd) assert(state == GrantState.PENDING);
        else if (f.notBefore <= t && t < activeEnd) assert(state == GrantState.ACTIVE);
        else if (t < record.accessEnd(parentEnd, hold)) assert(state == GrantState.RETAINED);
        else assert(state == GrantState.ENDED);
    }

    /// @dev Of a grant without parent and hold the short forms say the same.
    function check_theShortFormsSayTheSame(bytes32 word, uint64 t) external pure {
        GrantRecord record = GrantRecord.wrap(word);
        assert(record.activeEnd() == record.activeEnd(NEVER));
        assert(record.accessEnd() == record.accessEnd(NEVER, 0));
        assert(record.stateAt(t) == record.stateAt(t, NEVER, 0));
    }

    /// @dev The states come in their order: what ended does not come back by waiting.
    function check_timeRevivesNothing(
        bytes32 word,
        uint64 sooner,
        uint64 later,
        bool onward,
        uint40 until,
        uint40 hold
    ) external pure {
        if (sooner > later) return;
        GrantRecord record = GrantRecord.wrap(word);
        uint256 parentEnd = endOf(onward, until);
        assert(record.stateAt(sooner, parentEnd, hold) <= record.stateAt(later, parentEnd, hold));
    }

    function check_aHoldShortensNothing(
        bytes32 word,
        bool onward,
        uint40 until,
        uint40 sooner,
        uint40 later
    ) external pure {
        if (sooner > later) return;
        GrantRecord record = GrantRecord.wrap(word);
        uint256 parentEnd = endOf(onward, until);
        assert(record.accessEnd(parentEnd, sooner) <= record.accessEnd(parentEnd, later));
    }

    function check_aHoldGivesNoReadingForThePurpose(bytes32 word, uint64 t, uint40 hold) external pure {
        GrantRecord record = GrantRecord.wrap(word);
        bool active = record.stateAt(t, NEVER, 0) == GrantState.ACTIVE;
        assert(active == (record.stateAt(t, NEVER, hold) == GrantState.ACTIVE));
    }

    /// @dev The sooner the parent ends, the sooner does what it granted onward.
    function check_aParentLengthensNothing(
        bytes32 word,
        uint40 sooner,
        bool ends,
        uint40 later,
        uint40 hold
    ) external pure {
        uint256 end = endOf(ends, later);
        if (sooner > end) return;
        GrantRecord record = GrantRecord.wrap(word);
        assert(record.activeEnd(sooner) <= record.activeEnd(end));
        assert(record.activeEnd(sooner) <= sooner);
        assert(record.accessEnd(sooner, hold) <= record.accessEnd(end, hold));
    }

    /// @dev Of a grant that may be read at `t`: its revocation then ends reading for the purpose, and ends record keeping
    /// neither before what was agreed nor later than without it.
    function check_aRevocationKeepsWhatWasAgreed(bytes32 word, uint40 t, uint16 number, uint40 hold) external pure {
        GrantRecord record = GrantRecord.wrap(word);
        if (record.revokedAt() != 0 || record.stateAt(t, NEVER, hold) != GrantState.ACTIVE) return;
        if (t == 0) return; // No block has that time, and the record would say: not revoked.
        GrantRecord revoked = record.revoked(t, number);
        Fields memory f = fieldsOf(word);
        assert(revoked.activeEnd() == t);
        assert(revoked.accessEnd(NEVER, hold) >= uint256(t) + f.retention);
        assert(revoked.accessEnd(NEVER, hold) >= f.lockedUntil);
        assert(revoked.accessEnd(NEVER, hold) >= hold);
        assert(revoked.accessEnd(NEVER, hold) <= record.accessEnd(NEVER, hold));
    }

    /// @dev With the theorem of `accessEnd`: whatever was agreed, from a release on nothing may be read if no hold stands.
    function check_aReleaseEndsEverything(bytes32 word, uint40 t, uint16 number, uint256 activeEnd) external pure {
        GrantRecord record = GrantRecord.wrap(word);
        Fields memory f = fieldsOf(word);
        Fields memory after_ = fieldsOf(GrantRecord.unwrap(record.released(t, number, activeEnd)));
        assert(after_.lockedUntil == 0 && after_.retention == 0);
        assert(after_.revokedAt == (activeEnd > t ? t : f.revokedAt));
        assert(after_.grantedAt == f.grantedAt && after_.notBefore == f.notBefore && after_.expiresAt == f.expiresAt);
    }

    function check_aReleaseSaysSo(bytes32 word, uint40 t, uint16 number, uint256 activeEnd) external pure {
        GrantRecord record = GrantRecord.wrap(word);
        GrantRecord released = record.released(t, number, activeEnd);
        assert(released.flags() == record.flags() | RELEASED && released.sequence() == number);
    }

    function check_aRevocationChangesNothingElse(bytes32 word, uint40 t, uint16 number) external pure {
        GrantRecord revoked = GrantRecord.wrap(word).revoked(t, number);
        assert(revoked.revokedAt() == t && revoked.sequence() == number);
        uint256 changed = uint256(word) ^ uint256(GrantRecord.unwrap(revoked));
        // revokedAt is bytes 20–24, sequence 29–30.
        assert(changed & ~uint256(0xffffffffff00000000ffff00) == 0);
    }

    function check_flaggingChangesNothingElse(bytes32 word, uint8 flags, uint16 number) external pure {
        GrantRecord flagged = GrantRecord.wrap(word).flagged(flags, number);
        assert(flagged.flags() == flags && flagged.sequence() == number);
        assert(uint256(word) >> 24 == uint256(GrantRecord.unwrap(flagged)) >> 24);
    }

    function endOf(bool set, uint40 end) private pure returns (uint256) {
        return set ? end : NEVER;
    }

    /// @dev By the bytes of the documented table, not by the functions that are under proof.
    function fieldsOf(bytes32 word) private pure returns (Fields memory f) {
        f.grantedAt = uint40(bytes5(word));
        f.notBefore = uint40(bytes5(word << (5 * 8)));
        f.expiresAt = uint40(bytes5(word << (10 * 8)));
        f.lockedUntil = uint40(bytes5(word << (15 * 8)));
        f.revokedAt = uint40(bytes5(word << (20 * 8)));
        f.retention = uint32(bytes4(word << (25 * 8)));
    }
}
