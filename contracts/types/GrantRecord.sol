// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Everything that is stored about one grant: one word, most significant byte first
///
///     0–4    grantedAt    uint40  block time at which the current period was granted; 0: there is no grant
///     5–9    notBefore    uint40  start; never before the block that set it
///     10–14  expiresAt    uint40  agreed end; 0: none
///     15–19  lockedUntil  uint40  record keeping is promised at least until then; 0: none
///     20–24  revokedAt    uint40  when an act ended it; 0: none did
///     25–28  retention    uint32  seconds of record keeping after the active end
///     29–30  sequence     uint16  number of the last change of this grant, from 1
///     31     flags        uint8   bits RELEASED, HELD, MAY_GRANT_ONWARD, GRANTED_ONWARD; bits 4–7 reserved, zero
///
/// All times are unix seconds.
type GrantRecord is bytes32;

using GrantRecordLibrary for GrantRecord global;

/// @notice What a grant allows at one moment.
enum GrantState {
    /// Never granted.
    NONE,
    /// Granted, not started: nothing may be read.
    PENDING,
    /// May be read for the purpose granted.
    ACTIVE,
    /// Ended, but what was read must still be kept: may be read for record keeping only.
    RETAINED,
    /// Nothing may be read any more.
    ENDED
}

/// @dev The time of an end that is not set. Wider than every uint64, so no moment ever reaches it.
uint256 constant NEVER = type(uint256).max;

/// @dev Flag bit: the grantee gave the access up.
uint8 constant RELEASED = 1;
/// @dev Flag bit: legal holds were placed in this period, and have to be asked for. They may have ended since.
uint8 constant HELD = 2;
/// @dev Flag bit: the grantee may grant onward.
uint8 constant MAY_GRANT_ONWARD = 4;
/// @dev Flag bit: granted by another grantee under its own grant, whose end has to be asked for.
uint8 constant GRANTED_ONWARD = 8;

/// @notice The one way to make a GrantRecord from its fields.
function toGrantRecord(
    uint40 grantedAt,
    uint40 notBefore,
    uint40 expiresAt,
    uint40 lockedUntil,
    uint40 revokedAt,
    uint32 retention,
    uint16 sequence,
    uint8 flags
) pure returns (GrantRecord) {
    uint256 word = uint256(grantedAt) << 216;
    word |= uint256(notBefore) << 176;
    word |= uint256(expiresAt) << 136;
    word |= uint256(lockedUntil) << 96;
    word |= uint256(revokedAt) << 56;
    word |= uint256(retention) << 24;
    word |= uint256(sequence) << 8;
    word |= flags;
    return GrantRecord.wrap(bytes32(word));
}

/// @notice The fields of a record and the rule of time. Pure and total: defined for every word and every moment.
library GrantRecordLibrary {
    function grantedAt(GrantRecord record) internal pure returns (uint40) {
        return uint40(uint256(GrantRecord.unwrap(record)) >> 216);
    }

    function notBefore(GrantRecord record) internal pure returns (uint40) {
        return uint40(uint256(GrantRecord.unwrap(record)) >> 176);
    }

    function expiresAt(GrantRecord record) internal pure returns (uint40) {
        return uint40(uint256(GrantRecord.unwrap(record)) >> 136);
    }

    function lockedUntil(GrantRecord record) internal pure returns (uint40) {
        return uint40(uint256(GrantRecord.unwrap(record)) >> 96);
    }

    function revokedAt(GrantRecord record) internal pure returns (uint40) {
        return uint40(uint256(GrantRecord.unwrap(record)) >> 56);
    }

    function retention(GrantRecord record) internal pure returns (uint32) {
        return uint32(uint256(GrantRecord.unwrap(record)) >> 24);
    }

    function sequence(GrantRecord record) internal pure returns (uint16) {
        return uint16(uint256(GrantRecord.unwrap(record)) >> 8);
    }

    function flags(GrantRecord record) internal pure returns (uint8) {
        return uint8(uint256(GrantRecord.unwrap(record)));
    }

    /// @notice The same record, ended by the holder at `time`, as its change `number`.
    function revoked(GrantRecord record, uint40 time, uint16 number) internal pure returns (GrantRecord) {
        uint256 changing = (uint256(type(uint40).max) << 56) | (uint256(type(uint16).max) << 8);
        uint256 word = uint256(GrantRecord.unwrap(record)) & ~changing;
        return GrantRecord.wrap(bytes32(word | (uint256(time) << 56) | (uint256(number) << 8)));
    }

    /// @notice The same record, given up by the grantee at `time` with record keeping included, as its change `number`.
    /// @param end The active end as it stands, that of the parent included.
    function released(GrantRecord record, uint40 time, uint16 number, uint256 end) internal pure returns (GrantRecord) {
        return
            toGrantRecord({
                grantedAt: record.grantedAt(),
                notBefore: record.notBefore(),
                expiresAt: record.expiresAt(),
                lockedUntil: 0,
                revokedAt: time < end ? time : record.revokedAt(),
                retention: 0,
                sequence: number,
                flags: record.flags() | RELEASED
            });
    }

    /// @notice The same record with other flags, as its change `number`.
    function flagged(GrantRecord record, uint8 newFlags, uint16 number) internal pure returns (GrantRecord) {
        uint256 word = uint256(GrantRecord.unwrap(record)) & ~uint256(type(uint24).max);
        return GrantRecord.wrap(bytes32(word | (uint256(number) << 8) | newFlags));
    }

    /// @notice When reading for the purpose ends, of a grant that has no parent.
    function activeEnd(GrantRecord record) internal pure returns (uint256) {
        return record.activeEnd(NEVER);
    }

    /// @notice When reading for the purpose ends: the earliest of expiry, revocation and the end of the parent, NEVER if
    /// none is set.
    /// @param parentEnd When the parent's active period ends, NEVER if there is no parent.
    function activeEnd(GrantRecord record, uint256 parentEnd) internal pure returns (uint256 end) {
        end = parentEnd;
        uint256 expiry = record.expiresAt();
        uint256 revocation = record.revokedAt();
        if (expiry != 0 && expiry < end) end = expiry;
        if (revocation != 0 && revocation < end) end = revocation;
    }

    /// @notice When reading for record keeping ends too, of a grant that has no parent and is not held.
    function accessEnd(GrantRecord record) internal pure returns (uint256) {
        return record.accessEnd(NEVER, 0);
    }

    /// @notice When reading for record keeping ends too.
    /// @dev Ended before its start: nothing could be read, so there is nothing to keep and retention, lock and hold do not
    /// apply. Ended in the very second of its start is not that case: several blocks can share a second, and a reader
    /// may have been served in one of them.
    /// @param holdUntil The latest of the legal holds, 0 if there is none.
    function accessEnd(GrantRecord record, uint256 parentEnd, uint256 holdUntil) internal pure returns (uint256 end) {
        end = record.activeEnd(parentEnd);
        if (end == NEVER || end < record.notBefore()) return end;
        uint256 lock = record.lockedUntil();
        end += record.retention();
        if (end < lock) end = lock;
        if (end < holdUntil) end = holdUntil;
    }

    /// @notice What a grant that has no parent and is not held allows at `time` (unix seconds).
    function stateAt(GrantRecord record, uint64 time) internal pure returns (GrantState) {
        return record.stateAt(time, NEVER, 0);
    }

    /// @notice What the grant allows at `time` (unix seconds).
    function stateAt(
        GrantRecord record,
        uint64 time,
        uint256 parentEnd,
        uint256 holdUntil
    ) internal pure returns (GrantState) {
        if (record.grantedAt() == 0) return GrantState.NONE;
        if (time < record.activeEnd(parentEnd)) {
            return time < record.notBefore() ? GrantState.PENDING : GrantState.ACTIVE;
        }
        return time < record.accessEnd(parentEnd, holdUntil) ? GrantState.RETAINED : GrantState.ENDED;
    }
}
