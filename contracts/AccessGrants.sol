// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GrantStore} from "./GrantStore.sol";
import {IAccessGrants} from "./interfaces/IAccessGrants.sol";
import {AUTHORITY, IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {Domain} from "./signing/Domain.sol";
import {GrantTypedData} from "./signing/GrantTypedData.sol";
import {Signatures} from "./signing/Signatures.sol";
import {CredentialRef, toCredentialRef} from "./types/CredentialRef.sol";
import {GrantBounds} from "./types/GrantBounds.sol";
import {GrantId, toGrantId} from "./types/GrantId.sol";
import {GRANTED_ONWARD, GrantRecord, GrantState, HELD, MAY_GRANT_ONWARD} from "./types/GrantRecord.sol";

/// @title AccessGrants
/// @notice The promises are on the interface; here is how they are kept: each call checks who asks for what, has GrantStore
/// work out the next record, writes it in one place and emits it.
contract AccessGrants is IAccessGrants, GrantStore {
    uint256 private constant MAX_HOLD_AHEAD = 1826 days;

    string private constant NAME = "AccessGrants";
    bytes32 private constant NAME_HASH = keccak256(bytes(NAME));

    /// @dev Says who is an authority; asked by `hold` only.
    IEntityRegistry private immutable _ENTITIES;

    /// @param entities_ Where authorities are registered.
    constructor(IEntityRegistry entities_) {
        _ENTITIES = entities_;
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
    function revokeBatch(RevokeRequest[] calldata requests) external returns (uint256 ended) {
        if (requests.length == 0) revert AccessGrantsEmptyBatch();
        for (uint256 i = 0; i < requests.length; ++i) {
            if (_hasEnded(msg.sender, requests[i])) continue;
            _revoke(msg.sender, requests[i]);
            ++ended;
        }
        if (ended == 0) revert AccessGrantsNothingEnded(requests.length);
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
        GrantRecord current = _recordOf(id);
        uint256 allowedAt = _allowedAt(id, current);
        if (allowedAt == 0 || allowedAt > issuedAt || _activeEnd(id, current) <= block.timestamp) return false;
        _revoke(holder, request);
        return true;
    }

    /// @inheritdoc IAccessGrants
    function cancelSignatures(CancelRequest calldata request) external {
        GrantBounds.checkNames(msg.sender, request.issuer, request.seal, request.grantee, request.purpose);
        CredentialRef credential = toCredentialRef(msg.sender, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord current = _recordOf(id);
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
        GrantRecord current = _recordOf(id);

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

        if (request.until <= block.timestamp) revert AccessGrantsHoldNotAhead(request.until, block.timestamp);
        uint256 max = block.timestamp + MAX_HOLD_AHEAD;
        if (request.until > max) revert AccessGrantsHoldTooFar(request.until, max);
        uint40 holdUntil = _holdsOf(id).place(id, msg.sender, uint40(request.until));

        GrantRecord current = _recordOf(id);
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
        uint40 holdUntil = _holdsOf(id).remove(id, msg.sender);

        GrantRecord current = _recordOf(id);
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
        GrantRecord parent = _checkedParent(parentId);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        GrantRecord current = _recordOf(id);
        uint40 parentGrantedAt = parent.grantedAt();

        uint256 carriedLock = _checkedReliance(parentId, parentGrantedAt, id, current, request.grantee);
        GrantBounds.checkWithin(parent, carriedLock, request);
        GrantRecord granted = _granted(id, current, request, start, GRANTED_ONWARD);
        _rely(id, parentId, parentGrantedAt, request.grantee);
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
        GrantRecord current = _recordOf(id);
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
        return _recordOf(id);
    }

    /// @inheritdoc IAccessGrants
    function holdsOf(GrantId id) external view returns (Hold[] memory) {
        return _holdsOf(id).standing();
    }

    /// @inheritdoc IAccessGrants
    function parentOf(GrantId id) external view returns (GrantId parent, uint40 grantedAt) {
        return _parentOf(id);
    }

    /// @inheritdoc IAccessGrants
    function relyingOf(GrantId parent) external view returns (address relying) {
        return _relyingOn(parent, _recordOf(parent).grantedAt());
    }

    /// @inheritdoc IAccessGrants
    function entities() external view returns (IEntityRegistry) {
        return _ENTITIES;
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
        GrantRecord granted = _granted(id, _recordOf(id), request, start, request.allowOnward ? MAY_GRANT_ONWARD : 0);
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
        GrantRecord revoked = _revoked(id, _recordOf(id));
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

    /// @dev Not of what was never granted, which never ends.
    function _hasEnded(address holder, RevokeRequest calldata request) private view returns (bool) {
        CredentialRef credential = toCredentialRef(holder, request.issuer, request.seal);
        GrantId id = toGrantId(credential, request.grantee, request.purpose);
        return _activeEnd(id, _recordOf(id)) <= block.timestamp;
    }

    function _checkFresh(GrantId id, uint16 sequence, uint64 deadline) private view {
        if (deadline < block.timestamp) revert AccessGrantsSignatureExpired(deadline, block.timestamp);
        uint16 current = _recordOf(id).sequence();
        if (sequence != current) revert AccessGrantsStaleSequence(id, sequence, current);
    }

    function _checkSignature(address holder, bytes32 digest, bytes calldata signature) private view {
        if (!Signatures.isValid(holder, digest, signature)) revert AccessGrantsInvalidSignature(holder, digest);
    }
}
