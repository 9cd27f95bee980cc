// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantState} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {Model, Terms} from "./support/Model.sol";
import {OnwardFixture} from "./support/OnwardFixture.sol";

/// @notice One relying institution in each period of the parent, and none again after an act ended what it was granted.
contract OnwardOnceTest is OnwardFixture {
    function test_tellsWhoReliesOnAGrantInItsPresentPeriod() public {
        assertEq(grants.relyingOf(id), address(0), "before");
        onward(passed());
        assertEq(grants.relyingOf(id), RELYING, "granted onward");
        assertEq(grants.relyingOf(child), address(0), "the child");
        holderRevokesChild();
        revoke();
        assertEq(grants.relyingOf(id), RELYING, "after the end");
        vm.warp(NOW + 100);
        grant(sharing());
        assertEq(grants.relyingOf(id), address(0), "a new period");
        vm.warp(NOW + 101);
        onward(passedTo(OTHER));
        assertEq(grants.relyingOf(id), OTHER, "granted onward anew");
    }

    function test_notToASecondInstitutionWhileTheFirstReads() public {
        onward(passed());
        onwardRefused(passedTo(OTHER), taken());
    }

    function test_notToASecondInstitutionAfterTheFirstOneExpired() public {
        onward(passed());
        vm.warp(NOW + YEAR);
        IAccessGrants.GrantRequest memory r = passedTo(OTHER);
        r.expiresAt += YEAR;
        onwardRefused(r, taken());
        vm.warp(NOW + YEAR + YEAR - 1);
        r.expiresAt = uint64(NOW) + 2 * YEAR;
        onwardRefused(r, taken());
    }

    function test_notToASecondInstitutionAfterTheFirstGaveItUp() public {
        onward(passed());
        relyingReleases();
        onwardRefused(passedTo(OTHER), taken());
    }

    function test_notToASecondInstitutionAfterTheHolderRevokedTheFirst() public {
        onward(passed());
        holderRevokesChild();
        onwardRefused(passedTo(OTHER), taken());
    }

    function test_notAgainAfterTheHolderRevokedIt() public {
        onward(passed());
        holderRevokesChild();
        onwardRefused(passed(), over());
        vm.warp(NOW + YEAR + 1);
        IAccessGrants.GrantRequest memory later = passed();
        later.expiresAt = uint64(NOW) + 2 * YEAR;
        onwardRefused(later, over());
    }

    function test_notAgainAfterTheGrantorRevokedIt() public {
        onward(passed());
        revokeOnward(GRANTEE);
        onwardRefused(passed(), over());
    }

    function test_notAgainAfterTheRelyingInstitutionGaveItUp() public {
        onward(passed());
        relyingReleases();
        onwardRefused(passed(), over());
    }

    /// @dev Given up while it was kept only: no `revokedAt` tells of it.
    function test_notAgainAfterItsRecordsWereGivenUp() public {
        onward(passed());
        vm.warp(NOW + YEAR + 1);
        assertChild(GrantState.RETAINED);
        relyingReleases();
        assertEq(childTerms().revokedAt, 0, "revokedAt");
        IAccessGrants.GrantRequest memory later = passed();
        later.expiresAt = uint64(NOW) + 2 * YEAR;
        onwardRefused(later, over());
    }

    function test_notAgainAfterTheHolderMadeItHisOwnAndEndedThat() public {
        onward(passed());
        grant(passed());
        onwardRefused(passed(), abi.encodeCall(Errors.AccessGrantsGrantedByOther, (child)));
        holderRevokesChild();
        onwardRefused(passed(), over());
    }

    function test_notAgainAfterTheHolderMadeItHisOwnAndItExpired() public {
        onward(passed());
        grant(passed());
        vm.warp(NOW + YEAR + 1);
        IAccessGrants.GrantRequest memory later = passed();
        later.expiresAt = uint64(NOW) + 2 * YEAR;
        onwardRefused(later, over());
    }

    /// @dev An expiry is no act: nobody said that it should not be.
    function test_againToTheSameInstitutionAfterItExpired() public {
        onward(passed());
        vm.warp(NOW + YEAR + 1);
        IAccessGrants.GrantRequest memory later = passed();
        later.expiresAt = uint64(NOW) + 2 * YEAR;
        onward(later);
        assertChild(GrantState.ACTIVE);
        assertEq(childTerms().lockedUntil, NOW + 2 * YEAR, "what was to be kept is kept");
        holderRevokesChild();
        onwardRefused(later, over());
    }

    function test_extendingWhatLivesIsNoSecondTime() public {
        onward(passed());
        IAccessGrants.GrantRequest memory longer = passed();
        longer.expiresAt += 1;
        onward(longer);
        longer.retention += 1;
        onward(longer);
        assertEq(childTerms().sequence, 3, "sequence");
    }

    function test_aNewPeriodOfTheParentMayHaveAnotherInstitution() public {
        onward(passed());
        vm.warp(NOW + 100);
        revoke();
        grant(sharing());
        vm.warp(NOW + 101);
        onward(passedTo(OTHER));
        assertTrue(grants.canRead(credential, OTHER, PURPOSE), "the other");
        assertChild(GrantState.RETAINED);
        onwardRefused(passed(), abi.encodeCall(Errors.AccessGrantsOnwardTaken, (id, OTHER)));
    }

    function test_aNewPeriodOfTheParentMayHaveTheSameInstitutionAgain() public {
        onward(passed());
        holderRevokesChild();
        vm.warp(NOW + 100);
        revoke();
        grant(sharing());
        vm.warp(NOW + 101);
        onward(passed());
        assertChild(GrantState.ACTIVE);
        holderRevokesChild();
        onwardRefused(passed(), abi.encodeCall(Errors.AccessGrantsOnwardOver, (child, NOW + 100)));
    }

    /// @dev An extension of the parent does not begin a period.
    function test_extendingTheParentOpensNothing() public {
        onward(passed());
        revokeOnward(GRANTEE);
        IAccessGrants.GrantRequest memory longer = sharing();
        longer.expiresAt += 1;
        grant(longer);
        onwardRefused(passed(), over());
        onwardRefused(passedTo(OTHER), taken());
    }

    function test_anotherGrantorHasOneOfItsOwn() public {
        onward(passed());
        IAccessGrants.GrantRequest memory toOther = sharing();
        toOther.grantee = OTHER;
        grant(toOther);
        vm.warp(NOW + 2);
        vm.prank(OTHER);
        grants.grantOnward(HOLDER, passedTo(STRANGER));
        assertTrue(grants.canRead(credential, STRANGER, PURPOSE), "under the other");
        assertChild(GrantState.ACTIVE);
    }

    /// @dev What another grantor granted there since is not this one's to go on with.
    function test_notAgainAfterAnotherGrantorDid() public {
        onward(passed());
        IAccessGrants.GrantRequest memory toOther = sharing();
        (toOther.grantee, toOther.lockedUntil) = (OTHER, uint64(NOW) + 3 * YEAR);
        grant(toOther);
        vm.warp(NOW + YEAR);
        IAccessGrants.GrantRequest memory r = passed();
        r.expiresAt = uint64(NOW) + YEAR + 10;
        vm.prank(OTHER);
        grants.grantOnward(HOLDER, r);
        r.expiresAt += 1;
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsGrantedByOther, (child)));
        vm.warp(NOW + YEAR + 10);
        onwardRefused(r, over());
    }

    function test_whatTheHolderGrantedBeforeIsNoRelianceYet() public {
        IAccessGrants.GrantRequest memory direct = passed();
        grant(direct);
        onwardRefused(passed(), abi.encodeCall(Errors.AccessGrantsGrantedByOther, (child)));
        holderRevokesChild();
        onward(passed());
        assertChild(GrantState.ACTIVE);
    }

    /// @dev The numbers of a grant are the holder's too: a grantor leaves him half of them.
    function test_theGrantorLeavesTheHolderHalfOfTheNumbers() public {
        onward(passed());
        Terms memory t = childTerms();
        t.sequence = 32_766;
        vm.store(address(grants), keccak256(abi.encode(child, uint256(0))), Model.encode(t));
        IAccessGrants.GrantRequest memory longer = passed();
        longer.expiresAt += 1;
        onward(longer);
        assertEq(childTerms().sequence, 32_767, "sequence");
        longer.expiresAt += 1;
        onwardRefused(longer, abi.encodeCall(Errors.AccessGrantsSequenceExhausted, (child)));
        grant(longer);
        assertEq(childTerms().sequence, 32_768, "sequence");
    }

    function taken() private view returns (bytes memory) {
        return abi.encodeCall(Errors.AccessGrantsOnwardTaken, (id, RELYING));
    }

    function over() private view returns (bytes memory) {
        return abi.encodeCall(Errors.AccessGrantsOnwardOver, (child, NOW));
    }
}
