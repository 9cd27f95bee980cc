// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {CredentialRef} from "../../contracts/types/CredentialRef.sol";
import {GrantId} from "../../contracts/types/GrantId.sol";

/// @notice Says what a view costs the contract that calls it, its account and its storage being cold.
contract GasProbe {
    IAccessGrants private immutable GRANTS;

    constructor(IAccessGrants grants) {
        GRANTS = grants;
    }

    function stateOf(GrantId id) external view returns (uint256) {
        uint256 before = gasleft();
        GRANTS.stateOf(id);
        return before - gasleft();
    }

    function canRead(CredentialRef credential, address grantee, uint16 purpose) external view returns (uint256) {
        uint256 before = gasleft();
        GRANTS.canRead(credential, grantee, purpose);
        return before - gasleft();
    }

    function canReadRecords(CredentialRef credential, address grantee, uint16 purpose) external view returns (uint256) {
        uint256 before = gasleft();
        GRANTS.canReadRecords(credential, grantee, purpose);
        return before - gasleft();
    }
}
