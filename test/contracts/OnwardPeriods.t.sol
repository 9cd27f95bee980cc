// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantState} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {OnwardFixture} from "./support/OnwardFixture.sol";

/// @notice What was granted onward belongs to one period of the parent, and no later one revives it.
contract OnwardPeriodsTest is OnwardFixture {
    /// @dev The fault to fear: a new period of the parent must not revive what ended with the last one.
    function test_isNotRevivedByANewPeriodOfTheParent() public {
        onward(passed());
        vm.warp(NOW + 100);
        revoke();
        vm.warp(NOW + 200);
        grant(sharing());
        assertState(GrantState.ACTIVE);
        assertChild(GrantState.RETAINED);
        vm.warp(NOW + 100 + YEAR);
        assertChild(GrantState.ENDED);
    }

    function test_isNotRevivedWhereTheNewPeriodBeginsInTheSecondOfTheEnd() public {
        onward(passed());
        revoke();
        grant(sharing());
        assertChild(GrantState.RETAINED);
    }

    function test_isNotRevivedByAPeriodThatTheParentIsGrantedOnwardItself() public {
        onward(passed());
        revoke();
        IAccessGrants.GrantRequest memory toOther = sharing();
        toOther.grantee = OTHER;
        grant(toOther);
        vm.warp(NOW + 2);
        IAccessGrants.GrantRequest memory back = passed();
        back.grantee = GRANTEE;
        vm.prank(OTHER);
        grants.grantOnward(HOLDER, back);
        assertState(GrantState.ACTIVE);
        assertChild(GrantState.RETAINED);
    }

    function test_ofSeveralPeriodsEachKeepsItsOwnEnd() public {
        onward(passed());
        vm.warp(NOW + 100);
        revoke();
        grant(sharing());
        vm.warp(NOW + 200);
        IAccessGrants.GrantRequest memory r = passed();
        r.grantee = OTHER;
        onward(r);
        vm.warp(NOW + 300);
        revoke();
        vm.warp(NOW + 301);
        grant(sharing());
        vm.warp(NOW + 100 + YEAR);
        assertChild(GrantState.ENDED);
        assertTrue(grants.canReadRecords(credential, OTHER, PURPOSE), "the later one");
        vm.warp(NOW + 300 + YEAR - 1);
        assertTrue(grants.canReadRecords(credential, OTHER, PURPOSE), "the later one");
        vm.warp(NOW + 300 + YEAR);
        assertTrue(!grants.canReadRecords(credential, OTHER, PURPOSE), "the later one");
    }

    /// @dev By the second in which it began a period is known, so no two may have the same.
    function test_notInTheSecondInWhichTheParentBegan() public {
        revoke();
        grant(sharing());
        onwardRefused(passed(), abi.encodeCall(Errors.AccessGrantsParentTooYoung, (id, NOW + 1)));
        vm.warp(NOW + 2);
        onward(passed());
    }
}
