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

    /// @dev Puts a record where the contract keeps it, and what it needs beside it: a hold in the last place, who relies on
    /// it, and a parent whose period is over. The mappings are in slots 0 to 3 as they are declared.
    function put(Terms memory t) internal {
        vm.store(address(grants), slot(id, 0), Model.encode(t));
        uint256 hold = t.holdUntil == 0 ? 0 : (t.holdUntil << 160) | uint160(COURT);
        vm.store(address(grants), bytes32(uint256(slot(id, 1)) + 3), bytes32(hold));
        if (t.relying != address(0)) putPeriod(id, t.grantedAt, 0, t.relying);
        if (t.parentEnd != 0) putParent(GrantId.wrap(keccak256("parent")), 1, t.parentEnd);
    }

    /// @dev The grant of `put` was granted onward under `parent`, in a period that is over since `end`.
    function putParent(GrantId parent, uint256 grantedAt, uint256 end) internal {
        vm.store(address(grants), slot(id, 2), GrantId.unwrap(parent));
        vm.store(address(grants), bytes32(uint256(slot(id, 2)) + 1), bytes32(grantedAt));
        putPeriod(parent, grantedAt, end, GRANTEE);
    }

    function putPeriod(GrantId key, uint256 grantedAt, uint256 end, address relying) internal {
        bytes32 periods = slot(key, 3);
        bytes32 word = bytes32((uint256(uint160(relying)) << 40) | end);
        vm.store(address(grants), keccak256(abi.encode(grantedAt, periods)), word);
    }

    function slot(GrantId key, uint256 mapping_) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, mapping_));
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
