// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GrantId} from "../../../contracts/types/GrantId.sol";
import {GrantState} from "../../../contracts/types/GrantRecord.sol";

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
    function AccessGrantsNothingEnded(uint256 requests) external;
    function AccessGrantsOnwardWithdrawn(GrantId id) external;
    function AccessGrantsSignatureExpired(uint64 deadline, uint256 time) external;
    function AccessGrantsStaleSequence(GrantId id, uint16 sequence, uint16 current) external;
    function AccessGrantsInvalidSignature(address holder, bytes32 digest) external;
    function AccessGrantsIssuedInFuture(uint64 issuedAt, uint256 time) external;
    function AccessGrantsNotAuthority(address caller) external;
    function AccessGrantsNothingToHold(GrantId id, GrantState state) external;
    function AccessGrantsHoldNotAhead(uint64 until, uint256 time) external;
    function AccessGrantsHoldUnchanged(GrantId id, uint64 until) external;
    function AccessGrantsHoldTooFar(uint64 until, uint256 max) external;
    function AccessGrantsHoldsFull(GrantId id, uint256 max) external;
    function AccessGrantsNotHeld(GrantId id, address authority) external;
    function AccessGrantsHeld(GrantId id, uint256 holdUntil) external;
    function AccessGrantsOnwardNotAllowed(GrantId parent) external;
    function AccessGrantsOnwardTooDeep() external;
    function AccessGrantsParentNotActive(GrantId parent, GrantState state) external;
    function AccessGrantsParentTooYoung(GrantId parent, uint256 grantedAt) external;
    function AccessGrantsExpiryBeyondParent(uint64 expiresAt, uint256 max) external;
    function AccessGrantsLockBeyondParent(uint64 lockedUntil, uint256 max) external;
    function AccessGrantsRetentionBeyondParent(uint64 retention, uint256 max) external;
    function AccessGrantsGrantedByOther(GrantId id) external;
    function AccessGrantsOnwardTaken(GrantId parent, address relying) external;
    function AccessGrantsOnwardOver(GrantId id, uint256 parentGrantedAt) external;
    function AccessGrantsNotGrantor(GrantId id, address caller) external;
}
