// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CredentialRef} from "./CredentialRef.sol";

/// @notice Names the one grant of a credential to a grantee for a purpose, the same on every chain.
type GrantId is bytes32;

/// @notice The one derivation of a GrantId: keccak256(abi.encode(credential, grantee, purpose)).
function toGrantId(CredentialRef credential, address grantee, uint16 purpose) pure returns (GrantId) {
    bytes32 hash;
    // The same as keccak256(abi.encode(credential, grantee, purpose)) without reserving the memory, as in CredentialRef.
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        let free := mload(0x40)
        mstore(free, credential)
        mstore(add(free, 0x20), shr(96, shl(96, grantee)))
        mstore(add(free, 0x40), and(purpose, 0xffff))
        hash := keccak256(free, 0x60)
    }
    return GrantId.wrap(hash);
}
