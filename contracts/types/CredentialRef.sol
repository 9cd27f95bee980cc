// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Names one credential of one holder, the same on every chain.
type CredentialRef is bytes32;

/// @notice The one derivation of a CredentialRef: keccak256(abi.encode(holder, issuer, seal)).
/// @dev The reference certifies itself: whoever can show (issuer, seal) for a holder has the same reference, and nobody
/// can make one that names a holder he is not. `seal` is keccak256(32-byte random salt ‖ content hash), made off-chain;
/// without the salt it tells nothing about the content.
function toCredentialRef(address holder, address issuer, bytes32 seal) pure returns (CredentialRef) {
    return CredentialRef.wrap(keccak256(abi.encode(holder, issuer, seal)));
}
