// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CredentialRecord, CredentialStatus} from "../types/CredentialRecord.sol";
import {CredentialRef} from "../types/CredentialRef.sol";
import {IEntityRegistry} from "./IEntityRegistry.sol";

/// @title Which credentials were issued, and what they are worth
/// @notice An issuer anchors a credential, takes it back, or replaces it by a newer version; its holder may withdraw it.
/// The statements are portable: signed once, without a chain in the domain, and carried to any chain by anyone, in any
/// order, as often as they like.
///
/// Promises:
/// - Nobody but an active accredited issuer (by transaction or signature) anchors, nobody but the issuer revokes, nobody
///   but the holder withdraws. No owner, no upgrade, no pause.
/// - An end is final: no statement makes a revoked, withdrawn or superseded credential valid again.
/// - The order in which statements arrive makes no difference to what a credential is worth in the end, as long as the
///   issuer does not contradict itself. Of two that contradict each other (one credential anchored on two sets of terms, or
///   replaced by two others) a chain keeps the one that reaches it first and refuses the other.
/// - Every change emits one event with the whole record after it, whose `sequence` is one higher than before.
///
/// @dev Warning: valid here does not mean that anybody may read it (see IAccessGrants), nor that the content is true.
/// @dev Warning: a revocation that was not carried to a chain is not known there. Whoever relies on a credential asks every
/// chain.
/// @dev Warning: a signature has no deadline and cannot be cancelled. What it says is ended by another statement only.
/// @dev Warning: an issuer that is a contract (ERC-1271) signs for the chains where that contract is, and is asked there.
/// Accounts that bind what they sign to a chain, as ERC-7739 does, have to sign once for each.
interface ICredentialRegistry {
    /// @notice An issuer's statement about a credential.
    struct AnchorRequest {
        /// Whom the credential is about; not zero.
        address holder;
        /// keccak256(32-byte random salt ‖ content hash); not zero.
        bytes32 seal;
        /// Hash of the schema that the content follows; not zero. Its meaning is agreed off-chain.
        bytes32 credentialType;
        /// Unix seconds; 0: from the start.
        uint64 validFrom;
        /// Unix seconds, later than `validFrom`; 0: without end.
        uint64 validUntil;
        /// Seal of the credential of the same issuer and holder that this one replaces; 0: none.
        bytes32 replaces;
    }

    /// @notice `issuer` stated that it issued the credential. `replaces` is the reference of an older one, or 0.
    event CredentialAnchored(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed issuer,
        bytes32 seal,
        bytes32 credentialType,
        CredentialRef replaces,
        CredentialRecord record
    );
    /// @notice `supersededBy`, a newer version of the credential, was anchored.
    event CredentialSuperseded(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed issuer,
        bytes32 seal,
        CredentialRef supersededBy,
        CredentialRecord record
    );
    /// @notice `issuer` took the credential back. `reason` is a code of docs/CODES.md.
    event CredentialRevoked(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed issuer,
        bytes32 seal,
        uint8 reason,
        CredentialRecord record
    );
    /// @notice `holder` took the credential back.
    event CredentialWithdrawn(
        CredentialRef indexed credential,
        address indexed holder,
        address indexed issuer,
        bytes32 seal,
        uint8 reason,
        CredentialRecord record
    );

    /// @notice The holder is the zero address.
    error CredentialRegistryHolderZero();
    /// @notice The issuer is the zero address.
    error CredentialRegistryIssuerZero();
    /// @notice The seal is zero, so no credential is named.
    error CredentialRegistrySealZero();
    /// @notice The type is zero, so nobody could tell what the content is.
    error CredentialRegistryTypeZero();
    /// @notice The end of validity is not later than its start.
    error CredentialRegistryValidityEmpty(uint64 validFrom, uint64 validUntil);
    /// @notice A time does not fit 40 bits. A time in milliseconds shows here.
    error CredentialRegistryTimeTooFar(uint64 time, uint256 max);
    /// @notice A credential cannot replace itself.
    error CredentialRegistryReplacesItself(CredentialRef credential);
    /// @notice The issuer is not registered as one, or is not active.
    error CredentialRegistryIssuerNotActive(address issuer);
    /// @notice The signature is not the issuer's, over this statement for this contract.
    error CredentialRegistryInvalidSignature(address issuer, bytes32 digest);
    /// @notice The credential is anchored already (by transaction), or with another statement (by signature).
    error CredentialRegistryAlreadyAnchored(CredentialRef credential);
    /// @notice The older version has been replaced by another credential already.
    error CredentialRegistryAlreadySuperseded(CredentialRef credential, CredentialRef supersededBy);
    /// @notice The credential was taken back already, by the same side, at `time`.
    error CredentialRegistryAlreadyEnded(CredentialRef credential, uint256 time);

    /// @notice Anchors a credential that the caller issued.
    /// @dev Needs an issuer that is accredited and active now, on this chain. If it replaces an older credential, that one is
    /// superseded, whether it is anchored on this chain or not, and whether it has ended or not. A credential that was ended
    /// before it is anchored stays ended.
    function anchor(AnchorRequest calldata request) external;

    /// @notice The same, by the issuer's signature over `AnchorCredential` in the portable domain.
    /// @return done false if the very same statement is here already; then nothing happens, and neither the signature nor
    /// the standing of the issuer is looked at.
    function anchorWithSig(
        address issuer,
        AnchorRequest calldata request,
        bytes calldata signature
    ) external returns (bool done);

    /// @notice Takes a credential back that the caller issued.
    /// @dev Anchored here or not: an anchor that is carried here later does not make it valid. A suspended issuer can
    /// still revoke. What the holder withdrew can still be revoked, and the reverse: both are recorded.
    function revoke(address holder, bytes32 seal, uint8 reason) external;

    /// @notice The same, by the issuer's signature over `RevokeCredential` in the portable domain.
    /// @return done false if it is revoked already; then nothing happens, and the signature is not looked at.
    function revokeWithSig(
        address issuer,
        address holder,
        bytes32 seal,
        uint8 reason,
        bytes calldata signature
    ) external returns (bool done);

    /// @notice Takes a credential back that is about the caller. Cannot be undone.
    /// @dev Anchored here or not, as with `revoke`.
    function withdraw(address issuer, bytes32 seal, uint8 reason) external;

    /// @notice What the credential is worth at the block's time.
    function statusOf(CredentialRef credential) external view returns (CredentialStatus);

    /// @notice The record of the credential, zero if nothing was said about it. Layout:
    /// `contracts/types/CredentialRecord.sol`.
    function recordOf(CredentialRef credential) external view returns (CredentialRecord);

    /// @notice The type that the issuer stated, 0 if it is not anchored.
    function typeOf(CredentialRef credential) external view returns (bytes32);

    /// @notice The older credential that this one replaces, 0 if none.
    function predecessorOf(CredentialRef credential) external view returns (CredentialRef);

    /// @notice The newer credential that replaces this one, 0 if none. Following it to the end finds the latest version.
    /// @dev Warning: an issuer can contradict itself in a circle (A replaces B, B replaces A). Every credential of it is
    /// superseded. Whoever follows stops at one that was seen before.
    function successorOf(CredentialRef credential) external view returns (CredentialRef);

    /// @notice Where issuers are registered.
    function entities() external view returns (IEntityRegistry);

    /// @notice The EIP-712 domain of the portable signatures, as in ERC-5267: name, version and contract, no chain.
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
