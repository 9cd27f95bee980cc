// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "./interfaces/IAccessGrants.sol";
import {CredentialRef, toCredentialRef} from "./types/CredentialRef.sol";
import {GrantId, toGrantId} from "./types/GrantId.sol";
import {GrantRecord, GrantState, toGrantRecord} from "./types/GrantRecord.sol";

/// @title AccessGrants
/// @notice The promises are on the interface; here is how they are kept: each call checks, computes the next record as a
/// pure value, writes it in one place and emits it.
contract AccessGrants is IAccessGrants {
    uint256 private constant MAX_START_AHEAD = 365 days;
    uint256 private constant MAX_LOCK_AHEAD = 3652 days;
    uint256 private constant MAX_RETENTION = 3652 days;
    uint256 private constant MAX_TIME = type(uint40).max;

    /// @dev A grant takes a number only while another is left for its end.
    uint256 private constant LAST_GRANT_SEQUENCE = type(uint16).max - 1;

    mapping(GrantId id => GrantRecord record) private _records;

    /// @inheritdoc IAccessGrants
    function grant(GrantRequest calldata request) external {
        _grant(msg.sender, request);
    }

    /// @inheritdoc IAccessGrants
    function grantBatch(GrantRequest[] calldata requests) external {
        if (requests.length == 0) revert AccessGrantsEmptyBatch();
        for (uint256 i = 0; i < requests.length; ++i) _grant(msg.sender, requests[i]);
    }

    /// @inheritdoc IAccessGrants
    function revoke(RevokeRequest calldata request) external {
        CredentialRef credential = toCredentialRef(msg.sender, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord current = _records[id];

        if (current.grantedAt() == 0) revert AccessGrantsNotFound(id);
        uint256 activeEnd = current.activeEnd();
        if (activeEnd <= block.timestamp) revert AccessGrantsAlreadyEnded(id, activeEnd);

        GrantRecord revoked = current.revoked(uint40(block.timestamp), _endSequence(current));
        _write(id, revoked);
        emit Revoked(
            credential,
            msg.sender,
            request.grantee,
            request.issuer,
            request.seal,
            request.purpose,
            request.reason,
            revoked
        );
    }

    /// @inheritdoc IAccessGrants
    function release(ReleaseRequest calldata request) external {
        CredentialRef credential = toCredentialRef(request.holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, msg.sender, request.purpose);
        GrantRecord current = _records[id];

        if (current.grantedAt() == 0) revert AccessGrantsNotFound(id);
        uint256 accessEnd = current.accessEnd();
        if (accessEnd <= block.timestamp) revert AccessGrantsAlreadyEnded(id, accessEnd);

        GrantRecord released = current.released(uint40(block.timestamp), _endSequence(current));
        _write(id, released);
        emit Released(
            credential,
            request.holder,
            msg.sender,
            request.issuer,
            request.seal,
            request.purpose,
            request.reason,
            released
        );
    }

    /// @inheritdoc IAccessGrants
    function stateOf(GrantId id) external view returns (GrantState) {
        return _stateOf(id);
    }

    /// @inheritdoc IAccessGrants
    function termsOf(GrantId id) external view returns (GrantRecord) {
        return _records[id];
    }

    /// @inheritdoc IAccessGrants
    function canRead(CredentialRef credential, address grantee, uint16 purpose) external view returns (bool) {
        return _stateOf(toGrantId(credential, grantee, purpose)) == GrantState.ACTIVE;
    }

    /// @inheritdoc IAccessGrants
    function canReadRecords(CredentialRef credential, address grantee, uint16 purpose) external view returns (bool) {
        GrantState state = _stateOf(toGrantId(credential, grantee, purpose));
        return state == GrantState.ACTIVE || state == GrantState.RETAINED;
    }

    /// @inheritdoc IAccessGrants
    function credentialRefOf(address holder, address issuer, bytes32 seal) external pure returns (CredentialRef) {
        return toCredentialRef(holder, issuer, seal);
    }

    /// @inheritdoc IAccessGrants
    function grantIdOf(CredentialRef credential, address grantee, uint16 purpose) external pure returns (GrantId) {
        return toGrantId(credential, grantee, purpose);
    }

    function _grant(address holder, GrantRequest calldata request) private {
        uint256 start = _checkedStart(holder, request);
        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord current = _records[id];
        if (current.sequence() >= LAST_GRANT_SEQUENCE) revert AccessGrantsSequenceExhausted(id);

        GrantState state = current.stateAt(uint64(block.timestamp));
        GrantRecord granted =
            state == GrantState.PENDING || state == GrantState.ACTIVE
                ? _extended(id, current, request, start)
                : _begun(state, current, request, start);
        _write(id, granted);
        emit Granted(
            credential,
            holder,
            request.grantee,
            request.issuer,
            request.seal,
            request.purpose,
            request.legalBasis,
            granted,
            request.context
        );
    }

    function _write(GrantId id, GrantRecord record) private {
        _records[id] = record;
    }

    /// @dev The record of a new period.
    function _begun(
        GrantState state,
        GrantRecord current,
        GrantRequest calldata request,
        uint256 start
    ) private view returns (GrantRecord) {
        uint256 lockedUntil = request.lockedUntil;
        if (state == GrantState.RETAINED) {
            // The new period starts at once: while PENDING the grantee could not read its records, and a revocation
            // before the start would end them.
            uint256 accessEnd = current.accessEnd();
            if (start > block.timestamp) revert AccessGrantsStartWhileRetained(request.notBefore, accessEnd);
            if (lockedUntil < accessEnd) lockedUntil = accessEnd;
        }
        return
            toGrantRecord({
                grantedAt: uint40(block.timestamp),
                notBefore: uint40(start),
                expiresAt: uint40(request.expiresAt),
                lockedUntil: uint40(lockedUntil),
                revokedAt: 0,
                retention: uint32(request.retention),
                sequence: current.sequence() + 1,
                flags: 0
            });
    }

    /// @dev The record of a grant that has not ended, on terms at least as long.
    function _extended(
        GrantId id,
        GrantRecord current,
        GrantRequest calldata request,
        uint256 start
    ) private view returns (GrantRecord) {
        uint256 currentStart = current.notBefore();
        if (start > currentStart) {
            // Only a start that is still to come can be postponed; one that is past stays what it was.
            if (start > block.timestamp) revert AccessGrantsStartPostponed(request.notBefore, currentStart);
            start = currentStart;
        }
        uint256 expiry = current.expiresAt();
        if (request.expiresAt != 0 && (expiry == 0 || request.expiresAt < expiry)) {
            revert AccessGrantsExpiryShortened(request.expiresAt, expiry);
        }
        uint256 lock = current.lockedUntil();
        if (request.lockedUntil < lock) revert AccessGrantsLockShortened(request.lockedUntil, lock);
        uint256 retention = current.retention();
        if (request.retention < retention) revert AccessGrantsRetentionShortened(request.retention, retention);
        if (
            start == currentStart &&
            request.expiresAt == expiry &&
            request.lockedUntil == lock &&
            request.retention == retention
        ) {
            revert AccessGrantsUnchanged(id);
        }
        return
            toGrantRecord({
                grantedAt: current.grantedAt(),
                notBefore: uint40(start),
                expiresAt: uint40(request.expiresAt),
                lockedUntil: uint40(request.lockedUntil),
                revokedAt: 0,
                retention: uint32(request.retention),
                sequence: current.sequence() + 1,
                flags: 0
            });
    }

    /// @dev Everything about a request that does not depend on the grant before it; returns the start it asks for.
    function _checkedStart(address holder, GrantRequest calldata request) private view returns (uint256 start) {
        if (request.issuer == address(0)) revert AccessGrantsIssuerZero();
        if (request.seal == bytes32(0)) revert AccessGrantsSealZero();
        if (request.grantee == address(0)) revert AccessGrantsGranteeZero();
        if (request.grantee == holder) revert AccessGrantsSelfGrant(holder);
        if (request.purpose == 0) revert AccessGrantsPurposeZero();

        uint256 max = block.timestamp + MAX_START_AHEAD;
        if (request.notBefore > max) revert AccessGrantsNotBeforeTooFar(request.notBefore, max);
        start = request.notBefore < block.timestamp ? block.timestamp : request.notBefore;

        if (request.expiresAt != 0) {
            if (request.expiresAt <= start) revert AccessGrantsExpiryNotAfterStart(request.expiresAt, start);
            if (request.expiresAt > MAX_TIME) revert AccessGrantsExpiryTooFar(request.expiresAt, MAX_TIME);
        }
        max = block.timestamp + MAX_LOCK_AHEAD;
        if (request.lockedUntil > max) revert AccessGrantsLockTooFar(request.lockedUntil, max);
        if (request.retention > MAX_RETENTION) revert AccessGrantsRetentionTooLong(request.retention, MAX_RETENTION);
    }

    /// @dev The number of a change that ends something. The last number is kept by whatever follows: an end never fails
    /// for want of numbers.
    function _endSequence(GrantRecord current) private pure returns (uint16) {
        uint16 sequence = current.sequence();
        return sequence == type(uint16).max ? sequence : sequence + 1;
    }

    function _stateOf(GrantId id) private view returns (GrantState) {
        return _records[id].stateAt(uint64(block.timestamp));
    }
}
