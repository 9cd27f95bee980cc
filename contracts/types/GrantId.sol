// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CredentialRef} from "./CredentialRef.sol";

/// @notice Names the one grant of a credential to a grantee for a purpose, the same on every chain.
type GrantId is bytes32;

/// @notice The one derivation of a GrantId: keccak256(abi.encode(credential, grantee, purpose)).
function toGrantId(CredentialRef credential, address grantee, uint16 purpose) pure returns (GrantId) {
    return GrantId.wrap(keccak256(abi.encode(credential, grantee, purpose)));
}
