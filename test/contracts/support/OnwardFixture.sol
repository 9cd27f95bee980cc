// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {GrantId, toGrantId} from "../../../contracts/types/GrantId.sol";
import {GrantRecord, GrantState} from "../../../contracts/types/GrantRecord.sol";
import {Fixture} from "./Fixture.sol";
import {Model, Terms} from "./Model.sol";

/// @notice The fixture a second after the grantee was granted what it may grant onward; `child` is what it could.
abstract contract OnwardFixture is Fixture {
    address internal constant RELYING = address(0x8008);
    address internal constant OTHER = address(0x9009);

    GrantId internal child;

    function setUp() public virtual override {
        super.setUp();
        child = toGrantId(credential, RELYING, PURPOSE);
        grant(sharing());
        vm.warp(NOW + 1);
    }

    function sharing() internal pure returns (IAccessGrants.GrantRequest memory r) {
        r = usual();
        (r.allowOnward, r.lockedUntil) = (true, uint64(NOW) + 3 * YEAR);
    }

    /// @dev One year, then one year of record keeping.
    function passed() internal pure returns (IAccessGrants.GrantRequest memory r) {
        r = usual();
        (r.grantee, r.expiresAt, r.retention) = (RELYING, uint64(NOW) + YEAR, YEAR);
    }

    function passedTo(address relying) internal pure returns (IAccessGrants.GrantRequest memory r) {
        r = passed();
        r.grantee = relying;
    }

    function onward(IAccessGrants.GrantRequest memory r) internal {
        vm.prank(GRANTEE);
        grants.grantOnward(HOLDER, r);
    }

    function onwardRefused(IAccessGrants.GrantRequest memory r, bytes memory failure) internal {
        vm.expectRevert(failure);
        onward(r);
    }

    function revocationOfChild() internal pure returns (IAccessGrants.RevokeRequest memory r) {
        r = revocation();
        r.grantee = RELYING;
    }

    function revokeOnward(address caller) internal {
        vm.prank(caller);
        grants.revokeOnward(HOLDER, revocationOfChild());
    }

    function holderRevokesChild() internal {
        vm.prank(HOLDER);
        grants.revoke(revocationOfChild());
    }

    function relyingReleases() internal {
        vm.prank(RELYING);
        grants.release(giveUp());
    }

    function childTerms() internal view returns (Terms memory) {
        return Model.decode(GrantRecord.unwrap(grants.termsOf(child)));
    }

    function assertChild(GrantState expected) internal view {
        assertEq(uint256(grants.stateOf(child)), uint256(expected), "state");
        bool active = expected == GrantState.ACTIVE;
        assertEq(grants.canRead(credential, RELYING, PURPOSE), active, "canRead");
        bool records = active || expected == GrantState.RETAINED;
        assertEq(grants.canReadRecords(credential, RELYING, PURPOSE), records, "canReadRecords");
    }
}
