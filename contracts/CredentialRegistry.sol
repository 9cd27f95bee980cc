// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "./interfaces/ICredentialRegistry.sol";
import {IEntityRegistry, ISSUER} from "./interfaces/IEntityRegistry.sol";
import {Domain} from "./signing/Domain.sol";
import {Signatures} from "./signing/Signatures.sol";
import {CredentialRecord, CredentialStatus} from "./types/CredentialRecord.sol";
import {CredentialRef, toCredentialRef} from "./types/CredentialRef.sol";

/// @title CredentialRegistry
/// @notice The promises are on the interface; here is how they are kept: each statement sets fields of its own that nothing
/// else sets, once, and none asks what the others said. So the order in which they arrive cannot matter.
contract CredentialRegistry is ICredentialRegistry {
    uint256 private constant MAX_TIME = type(uint40).max;

    string private constant NAME = "CredentialRegistry";
    bytes32 private constant NAME_HASH = keccak256(bytes(NAME));
    bytes32 private constant ANCHOR_TYPE = keccak256(
        "AnchorCredential(address holder,address issuer,bytes32 seal,bytes32 credentialType,uint64 validFrom,"
        "uint64 validUntil,bytes32 replaces)"
    );
    bytes32 private constant REVOKE_TYPE = keccak256(
        "RevokeCredential(address holder,address issuer,bytes32 seal,uint8 reason)"
    );

    struct Credential {
        CredentialRecord record;
        bytes32 credentialType;
        CredentialRef predecessor;
        CredentialRef successor;
    }

    /// @dev Says who is an issuer. The same address on every chain, so that this contract is the same too.
    IEntityRegistry private immutable _ENTITIES;

    mapping(CredentialRef ref => Credential credential) private _credentials;

    /// @param entities_ Where issuers are registered.
    constructor(IEntityRegistry entities_) {
        _ENTITIES = entities_;
    }

    /// @inheritdoc ICredentialRegistry
    function anchor(AnchorRequest calldata request) external {
        (CredentialRef ref, CredentialRef older) = _named(msg.sender, request);
        if (_credentials[ref].record.anchoredAt() != 0) revert CredentialRegistryAlreadyAnchored(ref);
        _anchor(msg.sender, request, ref, older);
    }

    /// @inheritdoc ICredentialRegistry
    function anchorWithSig(
        address issuer,
        AnchorRequest calldata request,
        bytes calldata signature
    ) external returns (bool done) {
        (CredentialRef ref, CredentialRef older) = _named(issuer, request);
        if (_credentials[ref].record.anchoredAt() != 0) {
            if (!_states(_credentials[ref], request, older)) revert CredentialRegistryAlreadyAnchored(ref);
            return false;
        }
        _checkSignature(
            issuer,
            keccak256(
                abi.encode(
                    ANCHOR_TYPE,
                    request.holder,
                    issuer,
                    request.seal,
                    request.credentialType,
                    request.validFrom,
                    request.validUntil,
                    request.replaces
                )
            ),
            signature
        );
        _anchor(issuer, request, ref, older);
        return true;
    }

    /// @inheritdoc ICredentialRegistry
    function revoke(address holder, bytes32 seal, uint8 reason) external {
        CredentialRef ref = _ref(holder, msg.sender, seal);
        uint256 revokedAt = _credentials[ref].record.revokedAt();
        if (revokedAt != 0) revert CredentialRegistryAlreadyEnded(ref, revokedAt);
        _revoke(ref, holder, msg.sender, seal, reason);
    }

    /// @inheritdoc ICredentialRegistry
    function revokeWithSig(
        address issuer,
        address holder,
        bytes32 seal,
        uint8 reason,
        bytes calldata signature
    ) external returns (bool done) {
        CredentialRef ref = _ref(holder, issuer, seal);
        if (_credentials[ref].record.revokedAt() != 0) return false;
        _checkSignature(issuer, keccak256(abi.encode(REVOKE_TYPE, holder, issuer, seal, reason)), signature);
        _revoke(ref, holder, issuer, seal, reason);
        return true;
    }

    /// @inheritdoc ICredentialRegistry
    function withdraw(address issuer, bytes32 seal, uint8 reason) external {
        CredentialRef ref = _ref(msg.sender, issuer, seal);
        CredentialRecord current = _credentials[ref].record;
        if (current.withdrawnAt() != 0) revert CredentialRegistryAlreadyEnded(ref, current.withdrawnAt());

        CredentialRecord record = current.withdrawn(uint40(block.timestamp));
        _credentials[ref].record = record;
        emit CredentialWithdrawn(ref, msg.sender, issuer, seal, reason, record);
    }

    /// @inheritdoc ICredentialRegistry
    function statusOf(CredentialRef credential) external view returns (CredentialStatus) {
        return _credentials[credential].record.statusAt(uint64(block.timestamp));
    }

    /// @inheritdoc ICredentialRegistry
    function recordOf(CredentialRef credential) external view returns (CredentialRecord) {
        return _credentials[credential].record;
    }

    /// @inheritdoc ICredentialRegistry
    function typeOf(CredentialRef credential) external view returns (bytes32) {
        return _credentials[credential].credentialType;
    }

    /// @inheritdoc ICredentialRegistry
    function predecessorOf(CredentialRef credential) external view returns (CredentialRef) {
        return _credentials[credential].predecessor;
    }

    /// @inheritdoc ICredentialRegistry
    function successorOf(CredentialRef credential) external view returns (CredentialRef) {
        return _credentials[credential].successor;
    }

    /// @inheritdoc ICredentialRegistry
    function entities() external view returns (IEntityRegistry) {
        return _ENTITIES;
    }

    /// @inheritdoc ICredentialRegistry
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
        return (Domain.PORTABLE_FIELDS, NAME, Domain.VERSION, 0, address(this), bytes32(0), new uint256[](0));
    }

    function _anchor(address issuer, AnchorRequest calldata request, CredentialRef ref, CredentialRef older) private {
        if (!_ENTITIES.isActive(issuer, ISSUER)) revert CredentialRegistryIssuerNotActive(issuer);
        if (request.replaces != 0) {
            CredentialRef successor = _credentials[older].successor;
            if (CredentialRef.unwrap(successor) != 0) revert CredentialRegistryAlreadySuperseded(older, successor);
        }

        Credential storage credential = _credentials[ref];
        CredentialRecord record = credential.record.anchored(
            uint40(block.timestamp),
            uint40(request.validFrom),
            uint40(request.validUntil)
        );
        credential.record = record;
        credential.credentialType = request.credentialType;
        if (request.replaces != 0) credential.predecessor = older;
        emit CredentialAnchored(ref, request.holder, issuer, request.seal, request.credentialType, older, record);
        if (request.replaces != 0) _supersede(older, request.holder, issuer, request.replaces, ref);
    }

    function _supersede(
        CredentialRef ref,
        address holder,
        address issuer,
        bytes32 seal,
        CredentialRef supersededBy
    ) private {
        Credential storage credential = _credentials[ref];
        CredentialRecord record = credential.record.superseded(uint40(block.timestamp));
        credential.record = record;
        credential.successor = supersededBy;
        emit CredentialSuperseded(ref, holder, issuer, seal, supersededBy, record);
    }

    function _revoke(CredentialRef ref, address holder, address issuer, bytes32 seal, uint8 reason) private {
        CredentialRecord record = _credentials[ref].record.revoked(uint40(block.timestamp));
        _credentials[ref].record = record;
        emit CredentialRevoked(ref, holder, issuer, seal, reason, record);
    }

    function _checkSignature(address issuer, bytes32 structHash, bytes calldata signature) private view {
        bytes32 digest = Domain.portableDigest(NAME_HASH, structHash);
        if (!Signatures.isValid(issuer, digest, signature)) {
            revert CredentialRegistryInvalidSignature(issuer, digest);
        }
    }

    /// @dev Whether this is the statement that the credential was anchored with. Holder, issuer and seal are in its name.
    function _states(
        Credential storage credential,
        AnchorRequest calldata request,
        CredentialRef older
    ) private view returns (bool) {
        CredentialRecord record = credential.record;
        return
            credential.credentialType == request.credentialType &&
            record.validFrom() == request.validFrom &&
            record.validUntil() == request.validUntil &&
            CredentialRef.unwrap(credential.predecessor) == CredentialRef.unwrap(older);
    }

    /// @dev The credential that a sound statement is about, and the older one that it replaces, 0 if none.
    function _named(
        address issuer,
        AnchorRequest calldata request
    ) private pure returns (CredentialRef ref, CredentialRef older) {
        ref = _ref(request.holder, issuer, request.seal);
        if (request.credentialType == 0) revert CredentialRegistryTypeZero();
        if (request.validFrom > MAX_TIME) revert CredentialRegistryTimeTooFar(request.validFrom, MAX_TIME);
        if (request.validUntil > MAX_TIME) revert CredentialRegistryTimeTooFar(request.validUntil, MAX_TIME);
        if (request.validUntil != 0 && request.validUntil <= request.validFrom) {
            revert CredentialRegistryValidityEmpty(request.validFrom, request.validUntil);
        }
        if (request.replaces == request.seal) revert CredentialRegistryReplacesItself(ref);
        // The same holder and issuer: nobody can replace what another issued.
        if (request.replaces != 0) older = toCredentialRef(request.holder, issuer, request.replaces);
    }

    function _ref(address holder, address issuer, bytes32 seal) private pure returns (CredentialRef) {
        if (holder == address(0)) revert CredentialRegistryHolderZero();
        if (issuer == address(0)) revert CredentialRegistryIssuerZero();
        if (seal == 0) revert CredentialRegistrySealZero();
        return toCredentialRef(holder, issuer, seal);
    }
}
