// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "./interfaces/IAccessGrants.sol";
import {GrantId} from "./types/GrantId.sol";
import {
    GRANTED_ONWARD,
    GrantRecord,
    GrantState,
    HELD,
    MAY_GRANT_ONWARD,
    NEVER,
    RELEASED,
    toGrantRecord
} from "./types/GrantRecord.sol";
import {Holds} from "./types/Holds.sol";

/// @title GrantStore
/// @notice What AccessGrants keeps of each grant, how the rule of time reads it, and which record follows from which. It
/// knows nobody: who may do what is for AccessGrants to say.
abstract contract GrantStore {
    /// @dev A grant takes a number only while another is left for its end.
    uint256 private constant LAST_GRANT_SEQUENCE = type(uint16).max - 1;

    /// @dev What is granted onward takes at most half of the numbers: the grant may one day be the holder's own.
    uint256 private constant LAST_ONWARD_SEQUENCE = type(uint16).max / 2;

    /// @dev Of what was granted onward: the grant it was granted under, and in which of its periods.
    struct Parent {
        GrantId id;
        uint40 grantedAt;
    }

    /// @dev Of one period of a grant under which another was granted onward.
    struct Period {
        /// When it ended, set when the next one begins: what was granted in it stays ended then.
        uint40 activeEnd;
        /// The one institution that it was passed on to.
        address relying;
    }

    mapping(GrantId id => GrantRecord record) private _records;

    /// @dev Read only while the record has the flag HELD; a place whose time is over is free.
    mapping(GrantId id => Holds holds) private _holds;

    /// @dev Read only while the record has the flag GRANTED_ONWARD.
    mapping(GrantId id => Parent parent) private _parents;

    /// @dev By the `grantedAt` of the period. Written by granting onward, and when the period after it begins.
    mapping(GrantId id => mapping(uint40 grantedAt => Period period)) private _periods;

    function _recordOf(GrantId id) internal view returns (GrantRecord) {
        return _records[id];
    }

    function _holdsOf(GrantId id) internal view returns (Holds storage) {
        return _holds[id];
    }

    /// @dev Zeros unless it was granted onward.
    function _parentOf(GrantId id) internal view returns (GrantId parent, uint40 grantedAt) {
        if (_records[id].flags() & GRANTED_ONWARD != 0) return (_parents[id].id, _parents[id].grantedAt);
    }

    /// @dev To whom the grant was passed on in its period that began at `grantedAt`, zero if to nobody.
    function _relyingOn(GrantId parentId, uint40 grantedAt) internal view returns (address) {
        return _periods[parentId][grantedAt].relying;
    }

    /// @dev When the holder allowed it: what was granted onward rests on what he allowed when the parent's period began.
    function _allowedAt(GrantId id, GrantRecord record) internal view returns (uint256) {
        return record.flags() & GRANTED_ONWARD == 0 ? record.grantedAt() : _parents[id].grantedAt;
    }

    /// @dev The one writer of records.
    function _write(GrantId id, GrantRecord record) internal {
        _records[id] = record;
    }

    /// @dev From now on `id` rests on the period of `parentId` that began at `parentGrantedAt`, and `relying` on that alone.
    function _rely(GrantId id, GrantId parentId, uint40 parentGrantedAt, address relying) internal {
        _periods[parentId][parentGrantedAt].relying = relying;
        _parents[id] = Parent(parentId, parentGrantedAt);
    }

    /// @dev The record after a grant by the holder or, with the flag GRANTED_ONWARD, by a grantee. Keeps the end of a past
    /// period that others may depend on.
    function _granted(
        GrantId id,
        GrantRecord current,
        IAccessGrants.GrantRequest calldata request,
        uint256 start,
        uint8 flags
    ) internal returns (GrantRecord) {
        uint16 sequence = _grantSequence(id, current);
        GrantState state = _stateOf(id, current);
        if (_isLive(state)) return _extended(id, current, request, start, sequence, flags);

        if (current.flags() & MAY_GRANT_ONWARD != 0) {
            Period storage period = _periods[id][current.grantedAt()];
            if (period.relying != address(0)) period.activeEnd = uint40(current.activeEnd());
        }
        uint256 lockedUntil = request.lockedUntil;
        if (state == GrantState.RETAINED) {
            // The new period starts at once: while PENDING the grantee could not read its records, and a revocation
            // before the start would end them. Legal holds stand by themselves, and can be lifted still.
            (uint256 parentEnd, uint256 holdUntil) = _bearings(id, current);
            if (start > block.timestamp) {
                uint256 accessEnd = current.accessEnd(parentEnd, holdUntil);
                revert IAccessGrants.AccessGrantsStartWhileRetained(request.notBefore, accessEnd);
            }
            uint256 agreedEnd = current.accessEnd(parentEnd, 0);
            // Where a hold alone keeps the records, what was agreed is over and there is nothing to carry.
            if (agreedEnd > block.timestamp && lockedUntil < agreedEnd) lockedUntil = agreedEnd;
            if (holdUntil > block.timestamp) flags |= HELD;
        }
        return
            toGrantRecord({
                grantedAt: uint40(block.timestamp),
                notBefore: uint40(start),
                expiresAt: uint40(request.expiresAt),
                lockedUntil: uint40(lockedUntil),
                revokedAt: 0,
                retention: uint32(request.retention),
                sequence: sequence,
                flags: flags
            });
    }

    /// @dev The record of a grant that has not ended, on terms at least as long.
    function _extended(
        GrantId id,
        GrantRecord current,
        IAccessGrants.GrantRequest calldata request,
        uint256 start,
        uint16 sequence,
        uint8 flags
    ) private view returns (GrantRecord extended) {
        uint256 currentStart = current.notBefore();
        if (start > currentStart) {
            // Only a start that is still to come can be postponed; one that is past stays what it was.
            if (start > block.timestamp)
                revert IAccessGrants.AccessGrantsStartPostponed(request.notBefore, currentStart);
            start = currentStart;
        }
        uint256 expiry = current.expiresAt();
        if (request.expiresAt != 0 && (expiry == 0 || request.expiresAt < expiry)) {
            revert IAccessGrants.AccessGrantsExpiryShortened(request.expiresAt, expiry);
        }
        uint256 lock = current.lockedUntil();
        if (request.lockedUntil < lock) revert IAccessGrants.AccessGrantsLockShortened(request.lockedUntil, lock);
        uint256 retention = current.retention();
        if (request.retention < retention)
            revert IAccessGrants.AccessGrantsRetentionShortened(request.retention, retention);
        uint8 currentFlags = current.flags();
        if (currentFlags & MAY_GRANT_ONWARD & ~flags != 0) revert IAccessGrants.AccessGrantsOnwardWithdrawn(id);

        extended = toGrantRecord({
            grantedAt: current.grantedAt(),
            notBefore: uint40(start),
            expiresAt: uint40(request.expiresAt),
            lockedUntil: uint40(request.lockedUntil),
            revokedAt: 0,
            retention: uint32(request.retention),
            sequence: sequence,
            flags: flags | (currentFlags & HELD)
        });
        // Apart from its number nothing else would change.
        if (GrantRecord.unwrap(extended.flagged(extended.flags(), current.sequence())) == GrantRecord.unwrap(current)) {
            revert IAccessGrants.AccessGrantsUnchanged(id);
        }
    }

    /// @dev The record after an end by the holder or the grantor.
    function _revoked(GrantId id, GrantRecord current) internal view returns (GrantRecord) {
        if (current.grantedAt() == 0) revert IAccessGrants.AccessGrantsNotFound(id);
        uint256 activeEnd = _activeEnd(id, current);
        if (activeEnd <= block.timestamp) revert IAccessGrants.AccessGrantsAlreadyEnded(id, activeEnd);
        return current.revoked(uint40(block.timestamp), _endSequence(current));
    }

    /// @dev The grant that the caller passes on: it allows that, and is ACTIVE.
    function _checkedParent(GrantId parentId) internal view returns (GrantRecord parent) {
        parent = _records[parentId];
        if (parent.flags() & MAY_GRANT_ONWARD == 0) revert IAccessGrants.AccessGrantsOnwardNotAllowed(parentId);
        GrantState state = _stateOf(parentId, parent);
        if (state != GrantState.ACTIVE) revert IAccessGrants.AccessGrantsParentNotActive(parentId, state);
        // So that no later period of the parent can have the same `grantedAt`, by which the period is known.
        uint256 grantedAt = parent.grantedAt();
        if (grantedAt >= block.timestamp) revert IAccessGrants.AccessGrantsParentTooYoung(parentId, grantedAt);
    }

    /// @dev One relying institution in each period of the parent, which goes on only with what no act ended.
    /// @return carriedLock The lock of what is extended, 0 where something begins.
    function _checkedReliance(
        GrantId parentId,
        uint40 parentGrantedAt,
        GrantId id,
        GrantRecord current,
        address grantee
    ) internal view returns (uint256 carriedLock) {
        address relying = _relyingOn(parentId, parentGrantedAt);
        if (relying != address(0) && relying != grantee)
            revert IAccessGrants.AccessGrantsOnwardTaken(parentId, relying);
        bool isLive = _isLive(_stateOf(id, current));
        bool isOwn = _isGrantedBy(parentId, id, current) && _parents[id].grantedAt == parentGrantedAt;
        if (isLive && !isOwn) revert IAccessGrants.AccessGrantsGrantedByOther(id);
        bool isEndedByAct = current.revokedAt() != 0 || current.flags() & RELEASED != 0;
        if (relying != address(0) && (!isOwn || isEndedByAct))
            revert IAccessGrants.AccessGrantsOnwardOver(id, parentGrantedAt);
        if (current.sequence() >= LAST_ONWARD_SEQUENCE) revert IAccessGrants.AccessGrantsSequenceExhausted(id);
        if (isLive) carriedLock = current.lockedUntil();
    }

    /// @dev The number of a change that does not end anything.
    function _grantSequence(GrantId id, GrantRecord current) internal pure returns (uint16) {
        uint16 sequence = current.sequence();
        if (sequence >= LAST_GRANT_SEQUENCE) revert IAccessGrants.AccessGrantsSequenceExhausted(id);
        return sequence + 1;
    }

    /// @dev The number of a change that must not fail for want of numbers: the last one is kept by whatever follows.
    function _endSequence(GrantRecord current) internal pure returns (uint16) {
        uint16 sequence = current.sequence();
        return sequence == type(uint16).max ? sequence : sequence + 1;
    }

    function _stateOf(GrantId id) internal view returns (GrantState) {
        GrantRecord record = _records[id];
        return _stateOf(id, record);
    }

    function _stateOf(GrantId id, GrantRecord record) internal view returns (GrantState) {
        if (record.flags() & (HELD | GRANTED_ONWARD) == 0) return record.stateAt(uint64(block.timestamp));
        (uint256 parentEnd, uint256 holdUntil) = _bearings(id, record);
        return record.stateAt(uint64(block.timestamp), parentEnd, holdUntil);
    }

    function _activeEnd(GrantId id, GrantRecord record) internal view returns (uint256) {
        return record.activeEnd(record.flags() & GRANTED_ONWARD == 0 ? NEVER : _parentEnd(id));
    }

    /// @dev What the rule of time needs beside the record; read only where the record's flags ask for it.
    function _bearings(GrantId id, GrantRecord record) internal view returns (uint256 parentEnd, uint256 holdUntil) {
        uint8 flags = record.flags();
        parentEnd = flags & GRANTED_ONWARD == 0 ? NEVER : _parentEnd(id);
        if (flags & HELD != 0) holdUntil = _holds[id].latest();
    }

    /// @dev A parent has no parent itself, so its own record tells its active end.
    function _parentEnd(GrantId id) private view returns (uint256) {
        Parent storage parent = _parents[id];
        GrantRecord record = _records[parent.id];
        return
            record.grantedAt() == parent.grantedAt
                ? record.activeEnd()
                : _periods[parent.id][parent.grantedAt].activeEnd;
    }

    function _isGrantedBy(GrantId parentId, GrantId id, GrantRecord record) internal view returns (bool) {
        return record.flags() & GRANTED_ONWARD != 0 && GrantId.unwrap(_parents[id].id) == GrantId.unwrap(parentId);
    }

    function _isLive(GrantState state) private pure returns (bool) {
        return state == GrantState.PENDING || state == GrantState.ACTIVE;
    }
}
