// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CredentialRef} from "../types/CredentialRef.sol";
import {GrantId} from "../types/GrantId.sol";
import {GrantRecord, GrantState} from "../types/GrantRecord.sol";

/// @title Who may read which credential, for what, and until when
/// @notice A holder grants a grantee access to one credential for one purpose, and ends it again. Ending never fails and
/// never erases: it starts the clock of record keeping that both agreed on when the access was granted.
///
/// The rule of time, for a record and a moment `t` (unix seconds):
///
///     activeEnd = earliest of (expiresAt if set, revokedAt if set), else never
///     accessEnd = never                                      if activeEnd is never
///                 activeEnd                                  if activeEnd < notBefore
///                 latest of (activeEnd + retention, lockedUntil)   otherwise
///
///     NONE      never granted
///     PENDING   t <  notBefore, and t < activeEnd
///     ACTIVE    notBefore <= t < activeEnd       may read for the purpose
///     RETAINED  activeEnd <= t < accessEnd       may read for record keeping only
///     ENDED     accessEnd <= t
///
/// Promises:
/// - Nobody but the holder grants or revokes, nobody but the grantee releases. No owner, no upgrade, no pause.
/// - A credential is named by (issuer, seal) and its reference is recomputed with the caller, so nobody can touch the
///   grant of a stranger's credential, and a stranger's grant never shows under your reference.
/// - Once a grantee could read, no act of the holder ends its record keeping before what was agreed (`lockedUntil`, and
///   `retention` from the active end). Only the grantee can give that up.
/// - Every change emits one event with the whole record after the change, whose `sequence` is one higher than before.
/// - Every call costs the same whatever happened before it: no list is kept, none is walked.
///
/// @dev Warning: this contract says who MAY read; it does not hold what is read. Revoking cannot make anyone forget.
/// @dev Warning: a grant lives on the chain it was made on. Whoever relies on grants of several chains asks each of them.
/// @dev Warning: nothing here proves that the issuer issued the credential: (issuer, seal) is the holder's claim. A reader
/// has to check the seal against the content and the issuer's attestation.
interface IAccessGrants {
    /// @notice What a holder agrees to. Times are unix seconds, as uint64 so that an error can show a value in
    /// milliseconds. The order is that of use: what is shared, with whom, for what, and when.
    struct GrantRequest {
        /// Who issued the credential; not zero.
        address issuer;
        /// keccak256(32-byte random salt ‖ content hash); not zero.
        bytes32 seal;
        /// Who may read; not zero, not the holder.
        address grantee;
        /// Code of docs/CODES.md; not 0. Every other code is accepted, so that the table can grow.
        uint16 purpose;
        /// Code of docs/CODES.md; goes into the event, not into the record.
        uint8 legalBasis;
        /// Start; 0 or in the past: now. At most 365 days ahead.
        uint64 notBefore;
        /// Agreed end, later than the start; 0: none.
        uint64 expiresAt;
        /// Record keeping is promised at least until then; 0: no such promise. At most 3,652 days ahead.
        uint64 lockedUntil;
        /// Seconds of record keeping after the active end; at most 3,652 days.
        uint64 retention;
        /// Hash of the consent text, request or agreement; goes into the event, not into the record.
        bytes32 context;
    }

    /// @notice What a holder ends.
    struct RevokeRequest {
        address issuer;
        bytes32 seal;
        address grantee;
        uint16 purpose;
        /// Code of docs/CODES.md; goes into the event.
        uint8 reason;
    }

    /// @notice What a grantee gives up.
    struct ReleaseRequest {
        address holder;
        address issuer;
        bytes32 seal;
        uint16 purpose;
        /// Code of docs/CODES.md; goes into the event.
        uint8 reason;
    }

    /// @notice `holder` granted `grantee` access, or extended it. `record` is the whole record after the change.
    event Granted(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed grantee,
        address issuer,
        bytes32 seal,
        uint16 purpose,
        uint8 legalBasis,
        GrantRecord record,
        bytes32 context
    );

    /// @notice `holder` ended the access of `grantee`. `record` is the whole record after the change.
    event Revoked(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed grantee,
        address issuer,
        bytes32 seal,
        uint16 purpose,
        uint8 reason,
        GrantRecord record
    );

    /// @notice `grantee` gave its access up, record keeping included. `record` is the whole record after the change.
    event Released(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed grantee,
        address issuer,
        bytes32 seal,
        uint16 purpose,
        uint8 reason,
        GrantRecord record
    );

    /// @notice The issuer is the zero address.
    error AccessGrantsIssuerZero();
    /// @notice The seal is zero, so no credential is named.
    error AccessGrantsSealZero();
    /// @notice The grantee is the zero address.
    error AccessGrantsGranteeZero();
    /// @notice The holder named himself as grantee.
    error AccessGrantsSelfGrant(address holder);
    /// @notice Purpose 0 is not a purpose.
    error AccessGrantsPurposeZero();
    /// @notice The start is more than 365 days ahead. A time in milliseconds shows here.
    error AccessGrantsNotBeforeTooFar(uint64 notBefore, uint256 max);
    /// @notice The end is not later than the start (which is now, if `notBefore` is unset or past).
    error AccessGrantsExpiryNotAfterStart(uint64 expiresAt, uint256 start);
    /// @notice The end does not fit 40 bits. A time in milliseconds shows here.
    error AccessGrantsExpiryTooFar(uint64 expiresAt, uint256 max);
    /// @notice The lock is more than 3,652 days ahead. A time in milliseconds shows here.
    error AccessGrantsLockTooFar(uint64 lockedUntil, uint256 max);
    /// @notice The retention is longer than 3,652 days.
    error AccessGrantsRetentionTooLong(uint64 retention, uint256 max);
    /// @notice A grant that has not ended may only be extended: its end may not come closer. `current` 0 is no end.
    error AccessGrantsExpiryShortened(uint64 expiresAt, uint256 current);
    /// @notice A grant that has not ended may only be extended: its lock may not come closer.
    error AccessGrantsLockShortened(uint64 lockedUntil, uint256 current);
    /// @notice A grant that has not ended may only be extended: its retention may not shrink.
    error AccessGrantsRetentionShortened(uint64 retention, uint256 current);
    /// @notice A grant that has not ended may only be extended: its start may not move away.
    error AccessGrantsStartPostponed(uint64 notBefore, uint256 current);
    /// @notice Until `accessEnd` the grantee keeps records, and a start in the future would take them away till then.
    error AccessGrantsStartWhileRetained(uint64 notBefore, uint256 accessEnd);
    /// @notice The grant has these very terms already.
    error AccessGrantsUnchanged(GrantId id);
    /// @notice There never was such a grant.
    error AccessGrantsNotFound(GrantId id);
    /// @notice There is nothing to end any more: since `endedAt` reading for the purpose (revoke) or any reading (release)
    /// is over.
    error AccessGrantsAlreadyEnded(GrantId id, uint256 endedAt);
    /// @notice This grant was changed 65,534 times or more; it can still be ended, but not granted again.
    error AccessGrantsSequenceExhausted(GrantId id);
    /// @notice The batch holds no request.
    error AccessGrantsEmptyBatch();

    /// @notice Grants, or extends a grant that has not ended, or begins a new period of one that has.
    /// @dev The caller is the holder. The id is known beforehand: see `grantIdOf`.
    /// - PENDING or ACTIVE is extended: end later or none, lock and retention not smaller, start not later; identical
    ///   terms are an error. An ACTIVE grant keeps its start when `notBefore` is unset or past; a PENDING one then starts
    ///   now. `grantedAt` stays.
    /// - RETAINED begins a new period that starts at once, and its lock becomes at least the old `accessEnd`: what the
    ///   grantee has to keep, it can go on keeping.
    /// - NONE and ENDED begin a new period on the terms given.
    ///
    /// Assumptions: the grantee's address is the one meant (a grant to a wrong address can be revoked, not undone).
    ///
    /// @dev Warning: `lockedUntil` and `retention` bind the holder: only the grantee can give them up.
    function grant(GrantRequest calldata request) external;

    /// @notice Grants every request in order, or none.
    /// @dev The caller is the holder of all. The same grant may come up twice; the second one extends the first.
    function grantBatch(GrantRequest[] calldata requests) external;

    /// @notice Ends a PENDING or ACTIVE grant now, whatever its lock and retention.
    /// @dev The caller is the holder. ACTIVE becomes RETAINED as long as retention or lock ask for it, else ENDED;
    /// PENDING becomes ENDED. It is an error only where it would do nothing: never granted, already revoked, expired.
    ///
    /// @dev Warning: the grantee may have read until this block, and may read for record keeping until `accessEnd`.
    function revoke(RevokeRequest calldata request) external;

    /// @notice Gives access up at once, record keeping included: PENDING, ACTIVE and RETAINED become ENDED.
    /// @dev The caller is the grantee. The terms that stood before remain in the events.
    ///
    /// @dev Warning: it cannot be taken back by the grantee. Whoever has to keep records by law keeps a copy first.
    function release(ReleaseRequest calldata request) external;

    /// @notice What the grant allows at the block's time.
    function stateOf(GrantId id) external view returns (GrantState);

    /// @notice The record of the grant, zero if there never was one. Layout: `contracts/types/GrantRecord.sol`.
    function termsOf(GrantId id) external view returns (GrantRecord);

    /// @notice Whether `grantee` may read `credential` for `purpose` at the block's time: ACTIVE.
    function canRead(CredentialRef credential, address grantee, uint16 purpose) external view returns (bool);

    /// @notice Whether `grantee` may read what it has to keep of `credential` at the block's time: ACTIVE or RETAINED.
    /// @dev Warning: true does not allow reading for the purpose itself. Ask `canRead` for that.
    function canReadRecords(CredentialRef credential, address grantee, uint16 purpose) external view returns (bool);

    /// @notice The reference of a credential: keccak256(abi.encode(holder, issuer, seal)).
    function credentialRefOf(address holder, address issuer, bytes32 seal) external pure returns (CredentialRef);

    /// @notice The id of a grant: keccak256(abi.encode(credential, grantee, purpose)).
    function grantIdOf(CredentialRef credential, address grantee, uint16 purpose) external pure returns (GrantId);
}
