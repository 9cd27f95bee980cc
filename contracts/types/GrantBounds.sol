// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../interfaces/IAccessGrants.sol";
import {GrantRecord} from "./GrantRecord.sol";

/// @notice What a request may ask for.
library GrantBounds {
    uint256 private constant MAX_START_AHEAD = 365 days;
    uint256 private constant MAX_LOCK_AHEAD = 3652 days;
    uint256 private constant MAX_RETENTION = 3652 days;
    uint256 private constant MAX_TIME = type(uint40).max;

    /// @notice Refuses a request that is out of bounds; returns the start it asks for, now or later.
    function checkedStart(
        address holder,
        IAccessGrants.GrantRequest calldata request
    ) internal view returns (uint256 start) {
        checkNames(holder, request.issuer, request.seal, request.grantee, request.purpose);

        uint256 max = block.timestamp + MAX_START_AHEAD;
        if (request.notBefore > max) revert IAccessGrants.AccessGrantsNotBeforeTooFar(request.notBefore, max);
        start = request.notBefore < block.timestamp ? block.timestamp : request.notBefore;

        if (request.expiresAt != 0) {
            if (request.expiresAt <= start) {
                revert IAccessGrants.AccessGrantsExpiryNotAfterStart(request.expiresAt, start);
            }
            if (request.expiresAt > MAX_TIME) {
                revert IAccessGrants.AccessGrantsExpiryTooFar(request.expiresAt, MAX_TIME);
            }
        }
        max = block.timestamp + MAX_LOCK_AHEAD;
        if (request.lockedUntil > max) revert IAccessGrants.AccessGrantsLockTooFar(request.lockedUntil, max);
        if (request.retention > MAX_RETENTION) {
            revert IAccessGrants.AccessGrantsRetentionTooLong(request.retention, MAX_RETENTION);
        }
    }

    /// @notice Refuses what goes beyond the terms of the grant that is passed on.
    /// @param carriedLock The lock of what is extended, 0 if nothing is: one that was carried over from an earlier period of
    /// that grant may be later than the parent's.
    function checkWithin(
        GrantRecord parent,
        uint256 carriedLock,
        IAccessGrants.GrantRequest calldata request
    ) internal pure {
        uint256 max = parent.expiresAt();
        if (max != 0 && (request.expiresAt == 0 || request.expiresAt > max)) {
            revert IAccessGrants.AccessGrantsExpiryBeyondParent(request.expiresAt, max);
        }
        max = parent.lockedUntil();
        if (max < carriedLock) max = carriedLock;
        if (request.lockedUntil > max) revert IAccessGrants.AccessGrantsLockBeyondParent(request.lockedUntil, max);
        max = parent.retention();
        if (request.retention > max) revert IAccessGrants.AccessGrantsRetentionBeyondParent(request.retention, max);
    }

    /// @notice Refuses what names no grant that there can be.
    function checkNames(address holder, address issuer, bytes32 seal, address grantee, uint16 purpose) internal pure {
        if (issuer == address(0)) revert IAccessGrants.AccessGrantsIssuerZero();
        if (seal == bytes32(0)) revert IAccessGrants.AccessGrantsSealZero();
        if (grantee == address(0)) revert IAccessGrants.AccessGrantsGranteeZero();
        if (grantee == holder) revert IAccessGrants.AccessGrantsSelfGrant(holder);
        if (purpose == 0) revert IAccessGrants.AccessGrantsPurposeZero();
    }
}
