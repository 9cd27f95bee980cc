// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "./interfaces/IAccessGrants.sol";
import {AUTHORITY, IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {Domain} from "./signing/Domain.sol";
import {GrantTypedData} from "./signing/GrantTypedData.sol";
import {Signatures} from "./signing/Signatures.sol";
import {CredentialRef, toCredentialRef} from "./types/CredentialRef.sol";
import {GrantBounds} from "./types/GrantBounds.sol";
import {GrantId, toGrantId} from "./types/GrantId.sol";
import {
    GRANTED_ONWARD,
    GrantRecord,
    GrantState,
    HELD,
    MAY_GRANT_ONWARD,
    NEVER,
    toGrantRecord
} from "./types/GrantRecord.sol";
import {Holds} from "./types/Holds.sol";

/// @title AccessGrants
/// @notice The promises are on the interface; here is how they are kept: each call checks, computes the next record as a
/// pure value, writes it in one place and emits it.
contract AccessGrants is IAccessGrants {
    uint256 private constant MAX_HOLD_AHEAD = 1826 days;

    /// @dev A grant takes a number only while another is left for its end.
    uint256 private constant LAST_GRANT_SEQUENCE = type(uint16).max - 1;

    string private constant NAME = "AccessGrants";
    bytes32 private constant NAME_HASH = keccak256(bytes(NAME));
    /// @dev Of what was granted onward: the grant it was granted under, and in which of its periods.
    struct Parent {
        GrantId id;
        uint40 grantedAt;
    }

    /// @dev Says who is an authority; asked by `hold` only.
    IEntityRegistry private immutable _ENTITIES;

    mapping(GrantId id => GrantRecord record) private _records;

    /// @dev Read only while the record has the flag HELD; a place whose time is over is free.
    mapping(GrantId id => Holds holds) private _holds;

    /// @dev Read only while the record has the flag GRANTED_ONWARD.
    mapping(GrantId id => Parent parent) private _parents;

    /// @dev When an earlier period of a grant under which others may have been granted onward ended, by the `grantedAt` of
    /// that period: what was granted in it stays ended when a new one begins.
    mapping(GrantId id => mapping(uint40 grantedAt => uint40 activeEnd)) private _pastEnds;

    constructor(IEntityRegistry entities) {
        _ENTITIES = entities;
    }

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
    function grantWithSig(
        address holder,
        GrantRequest calldata request,
        uint16 sequence,
        uint64 deadline,
        bytes calldata signature
    ) external {
        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        _checkFresh(toGrantId(credential, request.grantee, request.purpose), sequence, deadline);
        bytes32 structHash = GrantTypedData.grantHash(holder, request, sequence, deadline);
        _checkSignature(holder, Domain.onChainDigest(NAME_HASH, structHash), signature);
        _grant(holder, request);
    }

    /// @inheritdoc IAccessGrants
    function revoke(RevokeRequest calldata request) external {
        _revoke(msg.sender, request);
    }

    /// @inheritdoc IAccessGrants
    function revokeBatch(RevokeRequest[] calldata requests) external {
        if (requests.length == 0) revert AccessGrantsEmptyBatch();
        for (uint256 i = 0; i < requests.length; ++i) _revoke(msg.sender, requests[i]);
    }

    /// @inheritdoc IAccessGrants
    function revokeWithSig(
        address holder,
        RevokeRequest calldata request,
        uint16 sequence,
        uint64 deadline,
        bytes calldata signature
    ) external {
        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        _checkFresh(toGrantId(credential, request.grantee, request.purpose), sequence, deadline);
        bytes32 structHash = GrantTypedData.revokeHash(holder, request, sequence, deadline);
        _checkSignature(holder, Domain.onChainDigest(NAME_HASH, structHash), signature);
        _revoke(holder, request);
    }

    /// @inheritdoc IAccessGrants
    function revokeEverywhereWithSig(
        address holder,
        RevokeRequest calldata request,
        uint64 issuedAt,
        bytes calldata signature
    ) external returns (bool done) {
        if (issuedAt > block.timestamp) revert AccessGrantsIssuedInFuture(issuedAt, block.timestamp);
        bytes32 structHash = GrantTypedData.revokeEverywhereHash(holder, request, issuedAt);
        _checkSignature(holder, Domain.portableDigest(NAME_HASH, structHash), signature);

        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord current = _records[id];
        uint256 grantedAt = current.grantedAt();
        if (grantedAt == 0 || grantedAt > issuedAt || _activeEnd(id, current) <= block.timestamp) return false;
        _revoke(holder, request);
        return true;
    }

    /// @inheritdoc IAccessGrants
    function cancelSignatures(CancelRequest calldata request) external {
        CredentialRef credential = toCredentialRef(msg.sender, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord current = _records[id];
        GrantRecord renumbered = current.flagged(current.flags(), _grantSequence(id, current));
        _write(id, renumbered);
        emit SignaturesCancelled(
            credential,
            msg.sender,
            request.grantee,
            request.issuer,
            request.seal,
            request.purpose,
            renumbered
        );
    }

    /// @inheritdoc IAccessGrants
    function release(ReleaseRequest calldata request) external {
        CredentialRef credential = toCredentialRef(request.holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, msg.sender, request.purpose);
        GrantRecord current = _records[id];

        if (current.grantedAt() == 0) revert AccessGrantsNotFound(id);
        (uint256 parentEnd, uint256 holdUntil) = _bearings(id, current);
        uint256 accessEnd = current.accessEnd(parentEnd, holdUntil);
        if (accessEnd <= block.timestamp) revert AccessGrantsAlreadyEnded(id, accessEnd);
        if (holdUntil > block.timestamp) revert AccessGrantsHeld(id, holdUntil);

        GrantRecord released = current.released(
            uint40(block.timestamp),
            _endSequence(current),
            current.activeEnd(parentEnd)
        );
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
    function hold(HoldRequest calldata request) external {
        if (!_ENTITIES.isActive(msg.sender, AUTHORITY)) revert AccessGrantsNotAuthority(msg.sender);
        CredentialRef credential = toCredentialRef(request.holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantState state = _stateOf(id);
        if (state != GrantState.ACTIVE && state != GrantState.RETAINED) revert AccessGrantsNothingToHold(id, state);

        if (request.until <= block.timestamp) revert AccessGrantsHoldNotLonger(request.until, block.timestamp);
        uint256 max = block.timestamp + MAX_HOLD_AHEAD;
        if (request.until > max) revert AccessGrantsHoldTooFar(request.until, max);
        uint40 holdUntil = _holds[id].place(id, msg.sender, uint40(request.until));

        GrantRecord current = _records[id];
        GrantRecord held = current.flagged(current.flags() | HELD, _endSequence(current));
        _write(id, held);
        emit Held(
            credential,
            request.holder,
            request.grantee,
            request.issuer,
            request.seal,
            request.purpose,
            held,
            msg.sender,
            uint40(request.until),
            request.orderRef,
            holdUntil
        );
    }

    /// @inheritdoc IAccessGrants
    function liftHold(LiftRequest calldata request) external {
        CredentialRef credential = toCredentialRef(request.holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        uint40 holdUntil = _holds[id].remove(id, msg.sender);

        GrantRecord current = _records[id];
        uint8 flags = holdUntil == 0 ? current.flags() & ~HELD : current.flags();
        GrantRecord lifted = current.flagged(flags, _endSequence(current));
        _write(id, lifted);
        emit HoldLifted(
            credential,
            request.holder,
            request.grantee,
            request.issuer,
            request.seal,
            request.purpose,
            lifted,
            msg.sender,
            request.orderRef,
            holdUntil
        );
    }

    /// @inheritdoc IAccessGrants
    function grantOnward(address holder, GrantRequest calldata request) external {
        if (request.allowOnward) revert AccessGrantsOnwardTooDeep();
        if (request.grantee == msg.sender) revert AccessGrantsSelfGrant(msg.sender);
        uint256 start = GrantBounds.checkedStart(holder, request);
        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        GrantId parentId = toGrantId(credential, msg.sender, request.purpose);
        uint40 parentGrantedAt = _checkedParent(parentId, request);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord current = _records[id];

        if (_isLive(_stateOf(id, current)) && !_isGrantedBy(parentId, id, current))
            revert AccessGrantsGrantedByOther(id);
        GrantRecord granted = _granted(id, current, request, start, GRANTED_ONWARD);
        _parents[id] = Parent(parentId, parentGrantedAt);
        _write(id, granted);
        emit GrantedOnward(
            credential,
            holder,
            request.grantee,
            request.issuer,
            request.seal,
            request.purpose,
            request.legalBasis,
            granted,
            request.context,
            msg.sender,
            parentGrantedAt
        );
    }

    /// @inheritdoc IAccessGrants
    function revokeOnward(address holder, RevokeRequest calldata request) external {
        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord current = _records[id];
        GrantId parentId = toGrantId(credential, msg.sender, request.purpose);
        if (!_isGrantedBy(parentId, id, current)) revert AccessGrantsNotGrantor(id, msg.sender);

        GrantRecord revoked = _revoked(id, current);
        _write(id, revoked);
        emit RevokedOnward(
            credential,
            holder,
            request.grantee,
            request.issuer,
            request.seal,
            request.purpose,
            request.reason,
            revoked,
            msg.sender
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
    function holdsOf(GrantId id) external view returns (Hold[] memory) {
        return _holds[id].standing();
    }

    /// @inheritdoc IAccessGrants
    function parentOf(GrantId id) external view returns (GrantId parent, uint40 grantedAt) {
        if (_records[id].flags() & GRANTED_ONWARD == 0) return (parent, grantedAt);
        return (_parents[id].id, _parents[id].grantedAt);
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

    /// @inheritdoc IAccessGrants
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
        )
    {
        return (
            Domain.ON_CHAIN_FIELDS,
            NAME,
            Domain.VERSION,
            block.chainid,
            address(this),
            bytes32(0),
            new uint256[](0)
        );
    }

    function _grant(address holder, GrantRequest calldata request) private {
        uint256 start = GrantBounds.checkedStart(holder, request);
        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord granted = _granted(id, _records[id], request, start, request.allowOnward ? MAY_GRANT_ONWARD : 0);
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

    function _revoke(address holder, RevokeRequest calldata request) private {
        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord revoked = _revoked(id, _records[id]);
        _write(id, revoked);
        emit Revoked(
            credential,
            holder,
            request.grantee,
            request.issuer,
            request.seal,
            request.purpose,
            request.reason,
            revoked
        );
    }

    function _write(GrantId id, GrantRecord record) private {
        _records[id] = record;
    }

    /// @dev The record after a grant by the holder or, with the flag GRANTED_ONWARD, by a grantee. Keeps the end of a past
    /// period that others may depend on.
    function _granted(
        GrantId id,
        GrantRecord current,
        GrantRequest calldata request,
        uint256 start,
        uint8 flags
    ) private returns (GrantRecord) {
        uint16 sequence = _grantSequence(id, current);
        GrantState state = _stateOf(id, current);
        if (_isLive(state)) return _extended(id, current, request, start, sequence, flags);

        if (current.flags() & MAY_GRANT_ONWARD != 0) {
            _pastEnds[id][current.grantedAt()] = uint40(current.activeEnd());
        }
        uint256 lockedUntil = request.lockedUntil;
        if (state == GrantState.RETAINED) {
            // The new period starts at once: while PENDING the grantee could not read its records, and a revocation
            // before the start would end them. Legal holds stand by themselves, and can be lifted still.
            (uint256 parentEnd, uint256 holdUntil) = _bearings(id, current);
            if (start > block.timestamp) {
                uint256 accessEnd = current.accessEnd(parentEnd, holdUntil);
                revert AccessGrantsStartWhileRetained(request.notBefore, accessEnd);
            }
            uint256 agreedEnd = current.accessEnd(parentEnd, 0);
            if (lockedUntil < agreedEnd) lockedUntil = agreedEnd;
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
        GrantRequest calldata request,
        uint256 start,
        uint16 sequence,
        uint8 flags
    ) private view returns (GrantRecord extended) {
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
        uint8 currentFlags = current.flags();
        if (currentFlags & MAY_GRANT_ONWARD & ~flags != 0) revert AccessGrantsOnwardWithdrawn(id);

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
            revert AccessGrantsUnchanged(id);
        }
    }

    /// @dev The record after an end by the holder or the grantor.
    function _revoked(GrantId id, GrantRecord current) private view returns (GrantRecord) {
        if (current.grantedAt() == 0) revert AccessGrantsNotFound(id);
        uint256 activeEnd = _activeEnd(id, current);
        if (activeEnd <= block.timestamp) revert AccessGrantsAlreadyEnded(id, activeEnd);
        return current.revoked(uint40(block.timestamp), _endSequence(current));
    }

    /// @dev Whether the grant `parentId` allows what is asked to be granted onward; returns when its period began.
    function _checkedParent(
        GrantId parentId,
        GrantRequest calldata request
    ) private view returns (uint40 parentGrantedAt) {
        GrantRecord parent = _records[parentId];
        if (parent.flags() & MAY_GRANT_ONWARD == 0) revert AccessGrantsOnwardNotAllowed(parentId);
        GrantState state = _stateOf(parentId);
        if (state != GrantState.ACTIVE) revert AccessGrantsParentNotActive(parentId, state);
        // So that no later period of the parent can have the same `grantedAt`, by which the period is known.
        parentGrantedAt = parent.grantedAt();
        if (parentGrantedAt >= block.timestamp) revert AccessGrantsParentTooYoung(parentId, parentGrantedAt);

        uint256 max = parent.expiresAt();
        if (max != 0 && (request.expiresAt == 0 || request.expiresAt > max)) {
            revert AccessGrantsExpiryBeyondParent(request.expiresAt, max);
        }
        max = parent.lockedUntil();
        if (request.lockedUntil > max) revert AccessGrantsLockBeyondParent(request.lockedUntil, max);
        max = parent.retention();
        if (request.retention > max) revert AccessGrantsRetentionBeyondParent(request.retention, max);
    }

    function _checkFresh(GrantId id, uint16 sequence, uint64 deadline) private view {
        if (deadline < block.timestamp) revert AccessGrantsSignatureExpired(deadline, block.timestamp);
        uint16 current = _records[id].sequence();
        if (sequence != current) revert AccessGrantsStaleSequence(id, sequence, current);
    }

    function _checkSignature(address holder, bytes32 digest, bytes calldata signature) private view {
        if (!Signatures.isValid(holder, digest, signature)) revert AccessGrantsInvalidSignature(holder, digest);
    }

    /// @dev The number of a change that does not end anything.
    function _grantSequence(GrantId id, GrantRecord current) private pure returns (uint16) {
        uint16 sequence = current.sequence();
        if (sequence >= LAST_GRANT_SEQUENCE) revert AccessGrantsSequenceExhausted(id);
        return sequence + 1;
    }

    /// @dev The number of a change that must not fail for want of numbers: the last one is kept by whatever follows.
    function _endSequence(GrantRecord current) private pure returns (uint16) {
        uint16 sequence = current.sequence();
        return sequence == type(uint16).max ? sequence : sequence + 1;
    }

    function _stateOf(GrantId id) private view returns (GrantState) {
        GrantRecord record = _records[id];
        return _stateOf(id, record);
    }

    function _stateOf(GrantId id, GrantRecord record) private view returns (GrantState) {
        if (record.flags() & (HELD | GRANTED_ONWARD) == 0) return record.stateAt(uint64(block.timestamp));
        (uint256 parentEnd, uint256 holdUntil) = _bearings(id, record);
        return record.stateAt(uint64(block.timestamp), parentEnd, holdUntil);
    }

    function _activeEnd(GrantId id, GrantRecord record) private view returns (uint256) {
        return record.activeEnd(record.flags() & GRANTED_ONWARD == 0 ? NEVER : _parentEnd(id));
    }

    /// @dev What the rule of time needs beside the record; read only where the record's flags ask for it.
    function _bearings(GrantId id, GrantRecord record) private view returns (uint256 parentEnd, uint256 holdUntil) {
        uint8 flags = record.flags();
        parentEnd = flags & GRANTED_ONWARD == 0 ? NEVER : _parentEnd(id);
        if (flags & HELD != 0) holdUntil = _holds[id].latest();
    }

    /// @dev A parent has no parent itself, so its own record tells its active end.
    function _parentEnd(GrantId id) private view returns (uint256) {
        Parent storage parent = _parents[id];
        GrantRecord record = _records[parent.id];
        return record.grantedAt() == parent.grantedAt ? record.activeEnd() : _pastEnds[parent.id][parent.grantedAt];
    }

    function _isGrantedBy(GrantId parentId, GrantId id, GrantRecord record) private view returns (bool) {
        return record.flags() & GRANTED_ONWARD != 0 && GrantId.unwrap(_parents[id].id) == GrantId.unwrap(parentId);
    }

    function _isLive(GrantState state) private pure returns (bool) {
        return state == GrantState.PENDING || state == GrantState.ACTIVE;
    }
}
