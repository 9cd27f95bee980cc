// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {GrantId} from "../../../contracts/types/GrantId.sol";
import {GrantState} from "../../../contracts/types/GrantRecord.sol";
import {Errors} from "./Errors.sol";

/// @notice A grant as the documentation describes it, unpacked.
struct Terms {
    uint256 grantedAt;
    uint256 notBefore;
    uint256 expiresAt;
    uint256 lockedUntil;
    uint256 revokedAt;
    uint256 retention;
    uint256 sequence;
    uint256 flags;
    /// When the parent's active period ends, 0 if that is never or there is no parent. Not part of the record.
    uint256 parentEnd;
    /// The latest of the legal holds, 0 if there is none. Not part of the record.
    uint256 holdUntil;
    /// To whom it was passed on in its present period, zero if to nobody. Not part of the record.
    address relying;
}

/// @notice The documentation once more, as a program of its own: it shares no code with the contract and none of its ways
/// (no shifts, no packed words), so that a slip in one is not repeated in the other. Every act answers with the terms after
/// it, or with the bytes of the error that is due.
library Model {
    uint256 internal constant YEAR = 365 days;
    uint256 internal constant TEN_YEARS = 3652 days;
    uint256 internal constant FIVE_YEARS = 1826 days;
    uint256 internal constant NEVER = type(uint256).max;

    // The flags, as the documentation numbers them.
    uint256 internal constant RELEASED_FLAG = 1;
    uint256 internal constant HELD_FLAG = 2;
    uint256 internal constant MAY_GRANT_ONWARD_FLAG = 4;
    uint256 internal constant GRANTED_ONWARD_FLAG = 8;

    function encode(Terms memory t) internal pure returns (bytes32) {
        return
            bytes32(
                abi.encodePacked(
                    uint40(t.grantedAt),
                    uint40(t.notBefore),
                    uint40(t.expiresAt),
                    uint40(t.lockedUntil),
                    uint40(t.revokedAt),
                    uint32(t.retention),
                    uint16(t.sequence),
                    uint8(t.flags)
                )
            );
    }

    function decode(bytes32 word) internal pure returns (Terms memory t) {
        t.grantedAt = field(word, 0, 4);
        t.notBefore = field(word, 5, 9);
        t.expiresAt = field(word, 10, 14);
        t.lockedUntil = field(word, 15, 19);
        t.revokedAt = field(word, 20, 24);
        t.retention = field(word, 25, 28);
        t.sequence = field(word, 29, 30);
        t.flags = field(word, 31, 31);
    }

    function field(bytes32 word, uint256 first, uint256 last) internal pure returns (uint256 value) {
        for (uint256 i = first; i <= last; ++i) value = value * 256 + uint8(word[i]);
    }

    function activeEnd(Terms memory t) internal pure returns (uint256) {
        uint256 expiry = t.expiresAt == 0 ? NEVER : t.expiresAt;
        uint256 revocation = t.revokedAt == 0 ? NEVER : t.revokedAt;
        uint256 parent = t.parentEnd == 0 ? NEVER : t.parentEnd;
        return earliest(earliest(expiry, revocation), parent);
    }

    function accessEnd(Terms memory t) internal pure returns (uint256) {
        uint256 end = activeEnd(t);
        if (end == NEVER) return NEVER;
        if (end < t.notBefore) return end;
        return latest(latest(end + t.retention, t.lockedUntil), t.holdUntil);
    }

    /// @dev Until when there would be access if no authority held the grant.
    function agreedEnd(Terms memory t) internal pure returns (uint256) {
        Terms memory free = copy(t);
        free.holdUntil = 0;
        return accessEnd(free);
    }

    function state(Terms memory t, uint256 time) internal pure returns (GrantState) {
        uint256 end = activeEnd(t);
        if (t.grantedAt == 0) return GrantState.NONE;
        if (time < t.notBefore && time < end) return GrantState.PENDING;
        if (t.notBefore <= time && time < end) return GrantState.ACTIVE;
        if (end <= time && time < accessEnd(t)) return GrantState.RETAINED;
        return GrantState.ENDED;
    }

    function granted(
        Terms memory t,
        GrantId id,
        address holder,
        IAccessGrants.GrantRequest memory r,
        uint256 time
    ) internal pure returns (Terms memory next, bytes memory failure) {
        failure = refusal(holder, r, time);
        if (failure.length != 0) return (t, failure);
        return next_(t, id, r, time, r.allowOnward ? MAY_GRANT_ONWARD_FLAG : 0);
    }

    /// @dev What a grantee passes on under `parent`. `own`: `t` is what it granted in this very period of `parent`.
    function grantedOnward(
        Terms memory t,
        GrantId id,
        Terms memory parent,
        GrantId parentId,
        address[2] memory holderAndGrantor,
        IAccessGrants.GrantRequest memory r,
        uint256 time,
        bool own
    ) internal pure returns (Terms memory next, bytes memory failure) {
        if (r.allowOnward) return (t, abi.encodeCall(Errors.AccessGrantsOnwardTooDeep, ()));
        if (r.grantee == holderAndGrantor[1])
            return (t, abi.encodeCall(Errors.AccessGrantsSelfGrant, (holderAndGrantor[1])));
        failure = refusal(holderAndGrantor[0], r, time);
        if (failure.length == 0) failure = notPassedOn(parent, parentId, time);
        if (failure.length == 0) failure = notReliedOn(t, id, parent, parentId, r.grantee, time, own);
        if (failure.length == 0) failure = beyond(parent, lives(t, time) ? t.lockedUntil : 0, r);
        if (failure.length != 0) return (t, failure);
        (next, failure) = next_(t, id, r, time, GRANTED_ONWARD_FLAG);
        if (failure.length == 0) next.parentEnd = activeEnd(parent) == NEVER ? 0 : activeEnd(parent);
    }

    /// @dev Why nothing can be passed on under `parent`, whatever it is.
    function notPassedOn(Terms memory parent, GrantId parentId, uint256 time) internal pure returns (bytes memory) {
        if (!has(parent, MAY_GRANT_ONWARD_FLAG)) return abi.encodeCall(Errors.AccessGrantsOnwardNotAllowed, (parentId));
        if (state(parent, time) != GrantState.ACTIVE)
            return abi.encodeCall(Errors.AccessGrantsParentNotActive, (parentId, state(parent, time)));
        if (parent.grantedAt == time) return abi.encodeCall(Errors.AccessGrantsParentTooYoung, (parentId, time));
        return "";
    }

    /// @dev Why the further institution is not the one, or cannot be it any more.
    function notReliedOn(
        Terms memory t,
        GrantId id,
        Terms memory parent,
        GrantId parentId,
        address grantee,
        uint256 time,
        bool own
    ) internal pure returns (bytes memory) {
        bool first = parent.relying == address(0);
        if (!first && parent.relying != grantee)
            return abi.encodeCall(Errors.AccessGrantsOnwardTaken, (parentId, parent.relying));
        if (!own && lives(t, time)) return abi.encodeCall(Errors.AccessGrantsGrantedByOther, (id));
        bool expired = own && t.revokedAt == 0 && !has(t, RELEASED_FLAG);
        if (!first && !expired) return abi.encodeCall(Errors.AccessGrantsOnwardOver, (id, parent.grantedAt));
        if (t.sequence + 1 > 32_767) return abi.encodeCall(Errors.AccessGrantsSequenceExhausted, (id));
        return "";
    }

    /// @dev What of the terms asked for goes beyond those of `parent`. `lock` is that of what is extended.
    function beyond(
        Terms memory parent,
        uint256 lock,
        IAccessGrants.GrantRequest memory r
    ) internal pure returns (bytes memory) {
        bool longer = r.expiresAt == 0 || r.expiresAt > parent.expiresAt;
        if (parent.expiresAt != 0 && longer)
            return abi.encodeCall(Errors.AccessGrantsExpiryBeyondParent, (r.expiresAt, parent.expiresAt));
        lock = latest(lock, parent.lockedUntil);
        if (r.lockedUntil > lock) return abi.encodeCall(Errors.AccessGrantsLockBeyondParent, (r.lockedUntil, lock));
        if (r.retention > parent.retention)
            return abi.encodeCall(Errors.AccessGrantsRetentionBeyondParent, (r.retention, parent.retention));
        return "";
    }

    /// @dev The terms after a grant of either kind, whose flag is `kind`.
    function next_(
        Terms memory t,
        GrantId id,
        IAccessGrants.GrantRequest memory r,
        uint256 time,
        uint256 kind
    ) internal pure returns (Terms memory next, bytes memory failure) {
        if (t.sequence + 2 > 65_535) return (t, abi.encodeCall(Errors.AccessGrantsSequenceExhausted, (id)));
        GrantState now_ = state(t, time);
        bool extends_ = lives(t, time);
        if (extends_) failure = shortening(t, id, r, time, kind);
        if (now_ == GrantState.RETAINED && r.notBefore > time)
            failure = abi.encodeCall(Errors.AccessGrantsStartWhileRetained, (r.notBefore, accessEnd(t)));
        if (failure.length != 0) return (t, failure);

        next.grantedAt = extends_ ? t.grantedAt : time;
        next.notBefore = now_ == GrantState.ACTIVE ? t.notBefore : latest(r.notBefore, time);
        next.expiresAt = r.expiresAt;
        next.lockedUntil = r.lockedUntil;
        if (now_ == GrantState.RETAINED && agreedEnd(t) > time) next.lockedUntil = latest(r.lockedUntil, agreedEnd(t));
        next.retention = r.retention;
        next.sequence = t.sequence + 1;
        next.flags = kind;
        bool held_ = extends_ ? has(t, HELD_FLAG) : now_ == GrantState.RETAINED && t.holdUntil > time;
        if (held_) (next.flags, next.holdUntil) = (kind + HELD_FLAG, t.holdUntil);
        if (extends_) next.relying = t.relying;
    }

    /// @dev What is wrong with a request by itself.
    function refusal(
        address holder,
        IAccessGrants.GrantRequest memory r,
        uint256 time
    ) internal pure returns (bytes memory) {
        uint256 start = latest(r.notBefore, time);
        if (r.issuer == address(0)) return abi.encodeCall(Errors.AccessGrantsIssuerZero, ());
        if (r.seal == 0) return abi.encodeCall(Errors.AccessGrantsSealZero, ());
        if (r.grantee == address(0)) return abi.encodeCall(Errors.AccessGrantsGranteeZero, ());
        if (r.grantee == holder) return abi.encodeCall(Errors.AccessGrantsSelfGrant, (holder));
        if (r.purpose == 0) return abi.encodeCall(Errors.AccessGrantsPurposeZero, ());
        if (r.notBefore > time + YEAR)
            return abi.encodeCall(Errors.AccessGrantsNotBeforeTooFar, (r.notBefore, time + YEAR));
        if (r.expiresAt != 0 && r.expiresAt <= start)
            return abi.encodeCall(Errors.AccessGrantsExpiryNotAfterStart, (r.expiresAt, start));
        if (r.expiresAt >= 2 ** 40) return abi.encodeCall(Errors.AccessGrantsExpiryTooFar, (r.expiresAt, 2 ** 40 - 1));
        if (r.lockedUntil > time + TEN_YEARS)
            return abi.encodeCall(Errors.AccessGrantsLockTooFar, (r.lockedUntil, time + TEN_YEARS));
        if (r.retention > TEN_YEARS)
            return abi.encodeCall(Errors.AccessGrantsRetentionTooLong, (r.retention, TEN_YEARS));
        return "";
    }

    /// @dev What is wrong with a request for a grant that has not ended.
    function shortening(
        Terms memory t,
        GrantId id,
        IAccessGrants.GrantRequest memory r,
        uint256 time,
        uint256 kind
    ) internal pure returns (bytes memory) {
        if (r.notBefore > time && r.notBefore > t.notBefore)
            return abi.encodeCall(Errors.AccessGrantsStartPostponed, (r.notBefore, t.notBefore));
        bool sooner = r.expiresAt != 0 && (t.expiresAt == 0 || r.expiresAt < t.expiresAt);
        if (sooner) return abi.encodeCall(Errors.AccessGrantsExpiryShortened, (r.expiresAt, t.expiresAt));
        if (r.lockedUntil < t.lockedUntil)
            return abi.encodeCall(Errors.AccessGrantsLockShortened, (r.lockedUntil, t.lockedUntil));
        if (r.retention < t.retention)
            return abi.encodeCall(Errors.AccessGrantsRetentionShortened, (r.retention, t.retention));
        if (has(t, MAY_GRANT_ONWARD_FLAG) && kind != MAY_GRANT_ONWARD_FLAG)
            return abi.encodeCall(Errors.AccessGrantsOnwardWithdrawn, (id));
        uint256 start = t.notBefore <= time ? t.notBefore : latest(r.notBefore, time);
        bool same = start == t.notBefore && r.expiresAt == t.expiresAt && has(t, MAY_GRANT_ONWARD_FLAG) == (kind == 4);
        if (has(t, GRANTED_ONWARD_FLAG) != (kind == GRANTED_ONWARD_FLAG)) same = false;
        if (same && r.lockedUntil == t.lockedUntil && r.retention == t.retention)
            return abi.encodeCall(Errors.AccessGrantsUnchanged, (id));
        return "";
    }

    function revoked(
        Terms memory t,
        GrantId id,
        uint256 time
    ) internal pure returns (Terms memory next, bytes memory failure) {
        GrantState now_ = state(t, time);
        if (now_ == GrantState.NONE) return (t, abi.encodeCall(Errors.AccessGrantsNotFound, (id)));
        if (now_ == GrantState.RETAINED || now_ == GrantState.ENDED)
            return (t, abi.encodeCall(Errors.AccessGrantsAlreadyEnded, (id, activeEnd(t))));
        next = copy(t);
        next.revokedAt = time;
        next.sequence = earliest(t.sequence + 1, 65_535);
    }

    function released(
        Terms memory t,
        GrantId id,
        uint256 time
    ) internal pure returns (Terms memory next, bytes memory failure) {
        GrantState now_ = state(t, time);
        if (now_ == GrantState.NONE) return (t, abi.encodeCall(Errors.AccessGrantsNotFound, (id)));
        if (now_ == GrantState.ENDED) return (t, abi.encodeCall(Errors.AccessGrantsAlreadyEnded, (id, accessEnd(t))));
        if (t.holdUntil > time) return (t, abi.encodeCall(Errors.AccessGrantsHeld, (id, t.holdUntil)));
        next = copy(t);
        if (now_ != GrantState.RETAINED) next.revokedAt = time;
        next.lockedUntil = 0;
        next.retention = 0;
        next.sequence = earliest(t.sequence + 1, 65_535);
        if (!has(t, RELEASED_FLAG)) next.flags += RELEASED_FLAG;
    }

    /// @dev A hold by an authority whose own hold lasts until `own` (0: none), where those of `others` others stand, the
    /// latest until `othersUntil`.
    function held(
        Terms memory t,
        GrantId id,
        uint64 until,
        uint256 time,
        uint256 own,
        uint256 others,
        uint256 othersUntil
    ) internal pure returns (Terms memory next, bytes memory failure) {
        GrantState now_ = state(t, time);
        if (now_ != GrantState.ACTIVE && now_ != GrantState.RETAINED)
            return (t, abi.encodeCall(Errors.AccessGrantsNothingToHold, (id, now_)));
        if (until <= time) return (t, abi.encodeCall(Errors.AccessGrantsHoldNotAhead, (until, time)));
        if (until > time + FIVE_YEARS)
            return (t, abi.encodeCall(Errors.AccessGrantsHoldTooFar, (until, time + FIVE_YEARS)));
        if (until == own) return (t, abi.encodeCall(Errors.AccessGrantsHoldUnchanged, (id, until)));
        if (others == 4) return (t, abi.encodeCall(Errors.AccessGrantsHoldsFull, (id, 4)));
        next = copy(t);
        next.holdUntil = latest(until, othersUntil);
        next.sequence = earliest(t.sequence + 1, 65_535);
        if (!has(t, HELD_FLAG)) next.flags += HELD_FLAG;
    }

    function lifted(
        Terms memory t,
        GrantId id,
        address authority,
        uint256 own,
        uint256 othersUntil
    ) internal pure returns (Terms memory next, bytes memory failure) {
        if (own == 0) return (t, abi.encodeCall(Errors.AccessGrantsNotHeld, (id, authority)));
        next = copy(t);
        next.holdUntil = othersUntil;
        next.sequence = earliest(t.sequence + 1, 65_535);
        if (othersUntil == 0 && has(t, HELD_FLAG)) next.flags -= HELD_FLAG;
    }

    function cancelled(Terms memory t, GrantId id) internal pure returns (Terms memory next, bytes memory failure) {
        if (t.sequence + 2 > 65_535) return (t, abi.encodeCall(Errors.AccessGrantsSequenceExhausted, (id)));
        next = copy(t);
        next.sequence = t.sequence + 1;
    }

    /// @dev Whether it has not ended, and may only be extended.
    function lives(Terms memory t, uint256 time) internal pure returns (bool) {
        return state(t, time) == GrantState.PENDING || state(t, time) == GrantState.ACTIVE;
    }

    function has(Terms memory t, uint256 flag) internal pure returns (bool) {
        return (t.flags / flag) % 2 == 1;
    }

    function copy(Terms memory t) internal pure returns (Terms memory) {
        return abi.decode(abi.encode(t), (Terms));
    }

    function earliest(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function latest(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
