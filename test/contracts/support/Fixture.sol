// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {CredentialRef, toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../../contracts/types/GrantId.sol";
import {GrantRecord, GrantState} from "../../../contracts/types/GrantRecord.sol";
import {Model, Terms} from "./Model.sol";
import {Product} from "./Product.sol";
import {Requests} from "./Requests.sol";

/// @notice One contract, one holder, one grantee, one credential, and a grant on usual terms.
abstract contract Fixture is Product, Requests {
    IAccessGrants internal grants;
    CredentialRef internal credential;
    GrantId internal id;

    function setUp() public virtual {
        vm.warp(NOW);
        grants = deployAccessGrants();
        credential = toCredentialRef(HOLDER, ISSUER, SEAL);
        id = toGrantId(credential, GRANTEE, PURPOSE);
    }

    function grant(IAccessGrants.GrantRequest memory request) internal {
        vm.prank(HOLDER);
        grants.grant(request);
    }

    function grantRefused(IAccessGrants.GrantRequest memory request, bytes memory failure) internal {
        vm.expectRevert(failure);
        grant(request);
    }

    function revoke() internal {
        vm.prank(HOLDER);
        grants.revoke(revocation());
    }

    function revokeRefused(bytes memory failure) internal {
        vm.expectRevert(failure);
        revoke();
    }

    function release() internal {
        vm.prank(GRANTEE);
        grants.release(giveUp());
    }

    function releaseRefused(bytes memory failure) internal {
        vm.expectRevert(failure);
        release();
    }

    function terms() internal view returns (Terms memory) {
        return Model.decode(GrantRecord.unwrap(grants.termsOf(id)));
    }

    /// @dev Puts a record where the contract keeps it: the mapping is the only variable, in slot 0.
    function put(Terms memory t) internal {
        vm.store(address(grants), keccak256(abi.encode(id, uint256(0))), Model.encode(t));
    }

    /// @dev All views answer alike.
    function assertState(GrantState expected) internal view {
        assertEq(uint256(grants.stateOf(id)), uint256(expected), "state");
        bool active = expected == GrantState.ACTIVE;
        bool records = active || expected == GrantState.RETAINED;
        assertEq(grants.canRead(credential, GRANTEE, PURPOSE), active, "canRead");
        assertEq(grants.canReadRecords(credential, GRANTEE, PURPOSE), records, "canReadRecords");
    }

    function assertTerms(Terms memory expected) internal view {
        assertEq(GrantRecord.unwrap(grants.termsOf(id)), Model.encode(expected), "record");
    }
}
