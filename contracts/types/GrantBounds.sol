// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../interfaces/IAccessGrants.sol";

/// @notice What a request may ask for, whatever was granted before.
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
        if (request.issuer == address(0)) revert IAccessGrants.AccessGrantsIssuerZero();
        if (request.seal == bytes32(0)) revert IAccessGrants.AccessGrantsSealZero();
        if (request.grantee == address(0)) revert IAccessGrants.AccessGrantsGranteeZero();
        if (request.grantee == holder) revert IAccessGrants.AccessGrantsSelfGrant(holder);
        if (request.purpose == 0) revert IAccessGrants.AccessGrantsPurposeZero();

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
}
