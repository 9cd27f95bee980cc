// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CredentialRef} from "../types/CredentialRef.sol";
import {GrantId} from "../types/GrantId.sol";
import {GrantRecord, GrantState} from "../types/GrantRecord.sol";
import {IEntityRegistry} from "./IEntityRegistry.sol";

/// @title Who may read which credential, for what, and until when
/// @notice A holder grants a grantee access to one credential for one purpose, and ends it again. Ending never fails and
/// never erases: it starts the clock of record keeping that both agreed on when the access was granted.
///
/// The rule of time, for a record and a moment `t` (unix seconds):
///
///     activeEnd = earliest of (expiresAt if set, revokedAt if set, parentEnd if granted onward), else never
///     accessEnd = never                                      if activeEnd is never
///                 activeEnd                                  if activeEnd < notBefore
///                 latest of (activeEnd + retention, lockedUntil, holdUntil if held)   otherwise
///
/// where `parentEnd` is the activeEnd of the grant under which this one was granted onward, in the period in which it was,
/// and `holdUntil` the latest of the legal holds on this grant.
///
///     NONE      never granted
///     PENDING   t <  notBefore, and t < activeEnd
///     ACTIVE    notBefore <= t < activeEnd       may read for the purpose
///     RETAINED  activeEnd <= t < accessEnd       may read for record keeping only
///     ENDED     accessEnd <= t
///
/// Promises:
/// - Nobody but the holder (by transaction or signature) grants or revokes, nobody but the grantee releases, nobody but a
///   registered authority holds. A grantee grants onward only where the holder allowed it, to one institution, one level
///   deep, within its own grant. No owner, no upgrade, no pause.
/// - A credential is named by (issuer, seal) and its reference is recomputed with the caller, so nobody can touch the
///   grant of a stranger's credential, and a stranger's grant never shows under your reference.
/// - Once a grantee could read, no act of the holder ends its record keeping before what was agreed (`lockedUntil`, and
///   `retention` from the active end). Only the grantee can give that up, unless a legal hold stands.
/// - A signature works once, for one grant, on one chain and contract, until its deadline and until anything about that
///   grant changes. The one exception is `revokeEverywhereWithSig`, which can only end what was granted before it.
/// - Every change emits one event with the whole record after the change, whose `sequence` is one higher than before.
/// - Every call costs the same whatever happened before it: no list is kept, none is walked.
///
/// @dev Warning: this contract says who MAY read; it does not hold what is read. Revoking cannot make anyone forget.
/// @dev Warning: a grant lives on the chain it was made on. Whoever relies on grants of several chains asks each of them.
/// @dev Warning: a holder is an address. That of an account with code can be somebody else's on another chain, who can then
/// grant in its name there. Whoever relies on grants of several chains makes sure that such an account is the same on each.
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
        /// Whether the grantee may grant onward (`grantOnward`).
        bool allowOnward;
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

    /// @notice Whose signatures a holder cancels.
    struct CancelRequest {
        address issuer;
        bytes32 seal;
        address grantee;
        uint16 purpose;
    }

    /// @notice Which grant an authority holds.
    struct HoldRequest {
        address holder;
        address issuer;
        bytes32 seal;
        address grantee;
        uint16 purpose;
        /// Records are kept at least until then; at most 1,826 days ahead.
        uint64 until;
        /// Of the order, for example the hash of the document; goes into the event.
        bytes32 orderRef;
    }

    /// @notice Which hold an authority lifts.
    struct LiftRequest {
        address holder;
        address issuer;
        bytes32 seal;
        address grantee;
        uint16 purpose;
        bytes32 orderRef;
    }

    /// @notice A legal hold that stands.
    struct Hold {
        address authority;
        uint40 until;
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

    /// @notice `grantor`, whose own grant began at `parentGrantedAt`, passed its access on to `grantee`, or extended that.
    event GrantedOnward(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed grantee,
        address issuer,
        bytes32 seal,
        uint16 purpose,
        uint8 legalBasis,
        GrantRecord record,
        bytes32 context,
        address grantor,
        uint40 parentGrantedAt
    );

    /// @notice `grantor` ended what it had granted `grantee` onward.
    event RevokedOnward(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed grantee,
        address issuer,
        bytes32 seal,
        uint16 purpose,
        uint8 reason,
        GrantRecord record,
        address grantor
    );

    /// @notice `holder` made every signature void that was given for this grant and not used. Nothing else changed.
    event SignaturesCancelled(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed grantee,
        address issuer,
        bytes32 seal,
        uint16 purpose,
        GrantRecord record
    );

    /// @notice `authority` holds the records of this grant until `until`. `holdUntil` is the latest of all holds on it.
    event Held(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed grantee,
        address issuer,
        bytes32 seal,
        uint16 purpose,
        GrantRecord record,
        address authority,
        uint40 until,
        bytes32 orderRef,
        uint40 holdUntil
    );

    /// @notice `authority` lifted its hold. `holdUntil` is the latest of the holds that still stand, 0 if none does.
    event HoldLifted(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed grantee,
        address issuer,
        bytes32 seal,
        uint16 purpose,
        GrantRecord record,
        address authority,
        bytes32 orderRef,
        uint40 holdUntil
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
    /// @notice This grant was changed 65,534 times or more; it can still be ended, but not granted again. A grantor can
    /// take up to the number 32,767 only, and leaves the rest to the holder.
    error AccessGrantsSequenceExhausted(GrantId id);
    /// @notice The batch holds no request.
    error AccessGrantsEmptyBatch();
    /// @notice Every grant of the batch had ended before.
    error AccessGrantsNothingEnded(uint256 requests);
    /// @notice A grant that has not ended may only be extended: the right to grant onward stays as long as it does.
    error AccessGrantsOnwardWithdrawn(GrantId id);
    /// @notice The signature was good until `deadline` only.
    error AccessGrantsSignatureExpired(uint64 deadline, uint256 time);
    /// @notice The grant has changed since this was signed, or the signature was cancelled.
    error AccessGrantsStaleSequence(GrantId id, uint16 sequence, uint16 current);
    /// @notice The signature is not the holder's over this request, for this contract on this chain.
    error AccessGrantsInvalidSignature(address holder, bytes32 digest);
    /// @notice It was signed for a time that has not come.
    error AccessGrantsIssuedInFuture(uint64 issuedAt, uint256 time);
    /// @notice The caller is not registered as an authority, or is not active.
    error AccessGrantsNotAuthority(address caller);
    /// @notice Only what may be read (ACTIVE or RETAINED) can be held.
    error AccessGrantsNothingToHold(GrantId id, GrantState state);
    /// @notice The hold would be over already.
    error AccessGrantsHoldNotAhead(uint64 until, uint256 time);
    /// @notice The caller's hold lasts until that very time.
    error AccessGrantsHoldUnchanged(GrantId id, uint64 until);
    /// @notice The hold is more than 1,826 days ahead. A time in milliseconds shows here.
    error AccessGrantsHoldTooFar(uint64 until, uint256 max);
    /// @notice As many authorities as there can be hold this grant.
    error AccessGrantsHoldsFull(GrantId id, uint256 max);
    /// @notice The caller has no hold on this grant that stands.
    error AccessGrantsNotHeld(GrantId id, address authority);
    /// @notice A legal hold stands: the records cannot be given up.
    error AccessGrantsHeld(GrantId id, uint256 holdUntil);
    /// @notice The caller's own grant does not allow it to grant onward, or is itself granted onward.
    error AccessGrantsOnwardNotAllowed(GrantId parent);
    /// @notice What is granted onward cannot be granted on: one level only.
    error AccessGrantsOnwardTooDeep();
    /// @notice The caller's own grant is not ACTIVE.
    error AccessGrantsParentNotActive(GrantId parent, GrantState state);
    /// @notice The caller's own grant began in this very second; try again in the next.
    error AccessGrantsParentTooYoung(GrantId parent, uint256 grantedAt);
    /// @notice The end is later than that of the caller's own grant. 0 is no end.
    error AccessGrantsExpiryBeyondParent(uint64 expiresAt, uint256 max);
    /// @notice The lock is later than that of the caller's own grant, and than the one that what is extended has.
    error AccessGrantsLockBeyondParent(uint64 lockedUntil, uint256 max);
    /// @notice The retention is longer than that of the caller's own grant.
    error AccessGrantsRetentionBeyondParent(uint64 retention, uint256 max);
    /// @notice The grantee has a grant that has not ended, from the holder or from another grantor.
    error AccessGrantsGrantedByOther(GrantId id);
    /// @notice In this period of the caller's own grant another institution relies on it, or did: one for each period.
    error AccessGrantsOnwardTaken(GrantId parent, address relying);
    /// @notice What was granted onward in this period of the caller's own grant, which began at `parentGrantedAt`, was ended
    /// by an act, or is not the caller's any more.
    error AccessGrantsOnwardOver(GrantId id, uint256 parentGrantedAt);
    /// @notice The caller did not grant this.
    error AccessGrantsNotGrantor(GrantId id, address caller);

    /// @notice Grants, or extends a grant that has not ended, or begins a new period of one that has.
    /// @dev The caller is the holder. The id is known beforehand: see `grantIdOf`.
    /// - PENDING or ACTIVE is extended: end later or none, lock and retention not smaller, start not later; identical
    ///   terms are an error. An ACTIVE grant keeps its start when `notBefore` is unset or past; a PENDING one then starts
    ///   now. `grantedAt` stays.
    /// - RETAINED begins a new period that starts at once, and its lock becomes at least the old `accessEnd`: what the
    ///   grantee has to keep, it can go on keeping. Legal holds stand.
    /// - What was granted onward becomes the holder's own grant by the same rules.
    /// - NONE and ENDED begin a new period on the terms given.
    ///
    /// Assumptions: the grantee's address is the one meant (a grant to a wrong address can be revoked, not undone).
    ///
    /// @dev Warning: `lockedUntil` and `retention` bind the holder: only the grantee can give them up.
    function grant(GrantRequest calldata request) external;

    /// @notice Grants every request in order, or none.
    /// @dev The caller is the holder of all. The same grant may come up twice; the second one extends the first.
    function grantBatch(GrantRequest[] calldata requests) external;

    /// @notice The same as `grant` by `holder`, whose EIP-712 signature over `Grant` anyone may bring.
    /// @dev `sequence` is that of the record when it was signed, 0 if there was none: any change of the grant in between
    /// makes the signature void. Signatures of accounts with code are asked for by ERC-1271.
    ///
    /// @dev Warning: it says what is to be, not from what. What was signed to extend a grant begins a new period if that
    /// grant has expired meanwhile (an expiry is no change), and no `revokeEverywhereWithSig` makes an unused one void:
    /// keep deadlines short, not later than the expiry of what is extended, and cancel what is not to be used.
    /// @param deadline Unix seconds; the last second in which it is accepted.
    function grantWithSig(
        address holder,
        GrantRequest calldata request,
        uint16 sequence,
        uint64 deadline,
        bytes calldata signature
    ) external;

    /// @notice Ends a PENDING or ACTIVE grant now, whatever its lock and retention.
    /// @dev The caller is the holder. ACTIVE becomes RETAINED as long as retention or lock ask for it, else ENDED;
    /// PENDING becomes ENDED. It is an error only where it would do nothing: never granted, already revoked, expired.
    ///
    /// @dev Warning: the grantee may have read until this block, and may read for record keeping until `accessEnd`.
    function revoke(RevokeRequest calldata request) external;

    /// @notice Revokes every grant named that has not ended, in order.
    /// @dev What has ended before (released, expired, revoked, named twice) is passed over: nobody keeps the others alive by
    /// ending his own first. The events tell which were ended. It is an error, and nothing is done, where there never was
    /// one of the grants, or where every one has ended.
    /// @return ended How many were ended.
    function revokeBatch(RevokeRequest[] calldata requests) external returns (uint256 ended);

    /// @notice The same as `revoke` by `holder`, whose EIP-712 signature over `Revoke` anyone may bring.
    /// @dev `sequence` and `deadline` as in `grantWithSig`.
    ///
    /// @dev Warning: whoever else may change the grant can make it void by doing so first: an authority by holding, the
    /// grantor of what was granted onward by extending it. `revokeEverywhereWithSig` and `revoke` cannot be dodged.
    function revokeWithSig(
        address holder,
        RevokeRequest calldata request,
        uint16 sequence,
        uint64 deadline,
        bytes calldata signature
    ) external;

    /// @notice Ends a grant that began at `issuedAt` or before, by one signature over `RevokeEverywhere` that is valid on
    /// every chain: its domain names the contract, which has the same address everywhere, and no chain.
    /// @dev Where there is nothing to end (never granted here, ended already, or granted again later) nothing happens, so
    /// that it can be carried to every chain, twice if need be. `issuedAt` is best the time of the newest block the signer
    /// knows: one that a chain has not reached is refused there.
    ///
    /// What was granted onward counts from when the period of its parent began: that is when the holder allowed it, and a
    /// grantor that begins anew later does not escape.
    ///
    /// @dev Warning: it has no deadline and no nonce. A grant extended after `issuedAt` still began before it, and ends. A
    /// new period begun after `issuedAt` stands, also one by a signature of the holder that was given before and not used.
    /// @return done Whether a grant was ended.
    function revokeEverywhereWithSig(
        address holder,
        RevokeRequest calldata request,
        uint64 issuedAt,
        bytes calldata signature
    ) external returns (bool done);

    /// @notice Makes every signature void that the caller gave for this grant and that was not used.
    /// @dev By taking the next number of the grant's sequence; also before the first grant. Refused where only the number
    /// for an end is left. `revokeEverywhereWithSig` has no number and cannot be cancelled.
    function cancelSignatures(CancelRequest calldata request) external;

    /// @notice Gives access up at once, record keeping included: PENDING, ACTIVE and RETAINED become ENDED.
    /// @dev The caller is the grantee. The terms that stood before remain in the events. Refused while a legal hold stands.
    ///
    /// @dev Warning: it cannot be taken back by the grantee. Whoever has to keep records by law keeps a copy first.
    function release(ReleaseRequest calldata request) external;

    /// @notice Keeps the records of a grant until `until`, whatever else ends, by order of the caller.
    /// @dev The caller is an active authority of the entity registry. It has one hold on a grant, which another time replaces,
    /// longer or shorter; up to 4 authorities can hold the same grant. A hold lets nobody read for the purpose, and revives nothing: only
    /// what may be read (ACTIVE or RETAINED) can be held.
    function hold(HoldRequest calldata request) external;

    /// @notice Lifts the caller's hold. Those of others stand.
    /// @dev Whoever placed it can lift it, registered still or not.
    function liftHold(LiftRequest calldata request) external;

    /// @notice Reliance: passes the caller's own ACTIVE grant on to a further institution, one level deep.
    /// @dev The new grant has the same purpose, never ends later than the parent, and ends with it: an end of the
    /// parent's active period is an end of this one's, after which its own retention and lock run. The holder can revoke it,
    /// replace it by a grant of his own, and see it in the events.
    /// - One institution in each period of the parent (`relyingOf`), whatever becomes of it.
    /// - The grantor may extend it, and begin it anew when it has expired. Once an act has ended it (`revoke`, `revokeOnward`,
    ///   `release`), or the holder has made it his own, nothing is granted onward any more in this period of the parent:
    ///   only a new grant by the holder, after the end of the parent, allows it again.
    /// - `request` is that of `grant`, bounded by the parent: the end at most that of the parent (0, ending with the parent,
    ///   only where the parent has none), lock and retention at most those of the parent, `allowOnward` false. A lock that
    ///   an earlier period left behind is carried even beyond the parent's, and kept by extensions.
    ///
    /// @dev Warning: the institution named is not asked. It can give up what it did not want (`release`), which uses up the
    /// one that the period allows.
    /// @param holder Whose credential it is.
    function grantOnward(address holder, GrantRequest calldata request) external;

    /// @notice Ends what the caller granted onward, as `revoke` by the holder would.
    function revokeOnward(address holder, RevokeRequest calldata request) external;

    /// @notice What the grant allows at the block's time.
    function stateOf(GrantId id) external view returns (GrantState);

    /// @notice The record of the grant, zero if there never was one. Layout: `contracts/types/GrantRecord.sol`.
    function termsOf(GrantId id) external view returns (GrantRecord);

    /// @notice The legal holds that stand at the block's time.
    function holdsOf(GrantId id) external view returns (Hold[] memory);

    /// @notice Under which grant, in its period that began at `grantedAt`, this one was granted onward; zeros if the
    /// holder granted it.
    function parentOf(GrantId id) external view returns (GrantId parent, uint40 grantedAt);

    /// @notice The institution to which the grant `parent` was passed on in its present period, the zero address if to none.
    /// @dev Also where its access has ended: no other takes its place in this period.
    function relyingOf(GrantId parent) external view returns (address relying);

    /// @notice Where authorities are registered.
    function entities() external view returns (IEntityRegistry);

    /// @notice Whether `grantee` may read `credential` for `purpose` at the block's time: ACTIVE.
    function canRead(CredentialRef credential, address grantee, uint16 purpose) external view returns (bool);

    /// @notice Whether `grantee` may read what it has to keep of `credential` at the block's time: ACTIVE or RETAINED.
    /// @dev Warning: true does not allow reading for the purpose itself. Ask `canRead` for that.
    function canReadRecords(CredentialRef credential, address grantee, uint16 purpose) external view returns (bool);

    /// @notice The reference of a credential: keccak256(abi.encode(holder, issuer, seal)).
    function credentialRefOf(address holder, address issuer, bytes32 seal) external pure returns (CredentialRef);

    /// @notice The id of a grant: keccak256(abi.encode(credential, grantee, purpose)).
    function grantIdOf(CredentialRef credential, address grantee, uint16 purpose) external pure returns (GrantId);

    /// @notice The EIP-712 domain of `Grant` and `Revoke` (ERC-5267). That of `RevokeEverywhere` is the same without the
    /// chain id.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );
}
