// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {GrantId} from "../../../contracts/types/GrantId.sol";
import {GrantState} from "../../../contracts/types/GrantRecord.sol";

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
}

/// @notice The documentation once more, as a program of its own: it shares no code with the contract and none of its ways
/// (no shifts, no packed words), so that a slip in one is not repeated in the other. Every act answers with the terms after
/// it, or with the bytes of the error that is due.
library Model {
    uint256 internal constant YEAR = 365 days;
    uint256 internal constant TEN_YEARS = 3652 days;
    uint256 internal constant NEVER = type(uint256).max;

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
        return earliest(expiry, revocation);
    }

    function accessEnd(Terms memory t) internal pure returns (uint256) {
        uint256 end = activeEnd(t);
        if (end == NEVER) return NEVER;
        if (end < t.notBefore) return end;
        return latest(end + t.retention, t.lockedUntil);
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
        if (t.sequence + 2 > 65_535) return (t, abi.encodeCall(Errors.AccessGrantsSequenceExhausted, (id)));
        GrantState now_ = state(t, time);
        bool extends_ = now_ == GrantState.PENDING || now_ == GrantState.ACTIVE;
        if (extends_) failure = shortening(t, id, r, time);
        if (now_ == GrantState.RETAINED && r.notBefore > time)
            failure = abi.encodeCall(Errors.AccessGrantsStartWhileRetained, (r.notBefore, accessEnd(t)));
        if (failure.length != 0) return (t, failure);

        next.grantedAt = extends_ ? t.grantedAt : time;
        next.notBefore = now_ == GrantState.ACTIVE ? t.notBefore : latest(r.notBefore, time);
        next.expiresAt = r.expiresAt;
        next.lockedUntil = now_ == GrantState.RETAINED ? latest(r.lockedUntil, accessEnd(t)) : r.lockedUntil;
        next.retention = r.retention;
        next.sequence = t.sequence + 1;
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
        uint256 time
    ) internal pure returns (bytes memory) {
        if (r.notBefore > time && r.notBefore > t.notBefore)
            return abi.encodeCall(Errors.AccessGrantsStartPostponed, (r.notBefore, t.notBefore));
        bool sooner = r.expiresAt != 0 && (t.expiresAt == 0 || r.expiresAt < t.expiresAt);
        if (sooner) return abi.encodeCall(Errors.AccessGrantsExpiryShortened, (r.expiresAt, t.expiresAt));
        if (r.lockedUntil < t.lockedUntil)
            return abi.encodeCall(Errors.AccessGrantsLockShortened, (r.lockedUntil, t.lockedUntil));
        if (r.retention < t.retention)
            return abi.encodeCall(Errors.AccessGrantsRetentionShortened, (r.retention, t.retention));
        uint256 start = t.notBefore <= time ? t.notBefore : latest(r.notBefore, time);
        bool same = start == t.notBefore && r.expiresAt == t.expiresAt;
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
        next = copy(t);
        if (now_ != GrantState.RETAINED) next.revokedAt = time;
        next.lockedUntil = 0;
        next.retention = 0;
        next.sequence = earliest(t.sequence + 1, 65_535);
        next.flags = 1;
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

/// @dev abi.encodeCall checks arguments of functions, not of errors: the errors of the interface as functions.
interface Errors {
    function AccessGrantsIssuerZero() external;
    function AccessGrantsSealZero() external;
    function AccessGrantsGranteeZero() external;
    function AccessGrantsSelfGrant(address holder) external;
    function AccessGrantsPurposeZero() external;
    function AccessGrantsNotBeforeTooFar(uint64 notBefore, uint256 max) external;
    function AccessGrantsExpiryNotAfterStart(uint64 expiresAt, uint256 start) external;
    function AccessGrantsExpiryTooFar(uint64 expiresAt, uint256 max) external;
    function AccessGrantsLockTooFar(uint64 lockedUntil, uint256 max) external;
    function AccessGrantsRetentionTooLong(uint64 retention, uint256 max) external;
    function AccessGrantsExpiryShortened(uint64 expiresAt, uint256 current) external;
    function AccessGrantsLockShortened(uint64 lockedUntil, uint256 current) external;
    function AccessGrantsRetentionShortened(uint64 retention, uint256 current) external;
    function AccessGrantsStartPostponed(uint64 notBefore, uint256 current) external;
    function AccessGrantsStartWhileRetained(uint64 notBefore, uint256 accessEnd) external;
    function AccessGrantsUnchanged(GrantId id) external;
    function AccessGrantsNotFound(GrantId id) external;
    function AccessGrantsAlreadyEnded(GrantId id, uint256 endedAt) external;
    function AccessGrantsSequenceExhausted(GrantId id) external;
    function AccessGrantsEmptyBatch() external;
}
