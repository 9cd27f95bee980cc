// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Names one credential of one holder, the same on every chain.
type CredentialRef is bytes32;

/// @notice The one derivation of a CredentialRef: keccak256(abi.encode(holder, issuer, seal)).
/// @dev The reference certifies itself: whoever can show (issuer, seal) for a holder has the same reference, and nobody
/// can make one that names a holder he is not. `seal` is keccak256(32-byte random salt ‖ content hash), made off-chain;
/// without the salt it tells nothing about the content.
function toCredentialRef(address holder, address issuer, bytes32 seal) pure returns (CredentialRef) {
    bytes32 hash;
    // The same as keccak256(abi.encode(holder, issuer, seal)) without reserving the memory: about 150 gas less, on every
    // call. The shifts clear what may be above an address. A fuzz test holds it against the plain form.
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        let free := mload(0x40)
        mstore(free, shr(96, shl(96, holder)))
        mstore(add(free, 0x20), shr(96, shl(96, issuer)))
        mstore(add(free, 0x40), seal)
        hash := keccak256(free, 0x60)
    }
    return CredentialRef.wrap(hash);
}
