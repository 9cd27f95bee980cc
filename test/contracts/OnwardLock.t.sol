// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantState} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {OnwardFixture} from "./support/OnwardFixture.sol";

/// @notice What was granted onward over records that are kept longer than the parent's lock carries them, and is extended.
contract OnwardLockTest is OnwardFixture {
    uint64 private constant CARRIED = uint64(NOW) + 1 + 5 * YEAR;

    /// @dev The holder had granted it directly and revoked that: five years of record keeping, which the child carries.
    function setUp() public override {
        super.setUp();
        IAccessGrants.GrantRequest memory direct = usual();
        direct.grantee = RELYING;
        grant(direct);
        holderRevokesChild();
        onward(passed());
        assertEq(childTerms().lockedUntil, CARRIED, "lockedUntil");
        assertTrue(CARRIED > terms().lockedUntil, "beyond the parent's");
    }

    function test_isExtendedWithTheLockThatItCarries() public {
        IAccessGrants.GrantRequest memory longer = passed();
        (longer.expiresAt, longer.lockedUntil) = (longer.expiresAt + 1, CARRIED);
        onward(longer);
        assertEq(childTerms().expiresAt, longer.expiresAt, "expiresAt");
        assertEq(childTerms().lockedUntil, CARRIED, "lockedUntil");
        assertChild(GrantState.ACTIVE);
    }

    function test_notWithALongerOne() public {
        IAccessGrants.GrantRequest memory longer = passed();
        (longer.expiresAt, longer.lockedUntil) = (longer.expiresAt + 1, CARRIED + 1);
        onwardRefused(longer, abi.encodeCall(Errors.AccessGrantsLockBeyondParent, (CARRIED + 1, CARRIED)));
    }

    function test_norWithAShorterOne() public {
        IAccessGrants.GrantRequest memory longer = passed();
        (longer.expiresAt, longer.lockedUntil) = (longer.expiresAt + 1, CARRIED - 1);
        onwardRefused(longer, abi.encodeCall(Errors.AccessGrantsLockShortened, (CARRIED - 1, CARRIED)));
    }

    /// @dev What is over carries its lock by itself: it widens nothing that begins.
    function test_whatBeginsAgainIsBoundedByTheParentAlone() public {
        vm.warp(NOW + YEAR + 1);
        IAccessGrants.GrantRequest memory again = passed();
        (again.expiresAt, again.lockedUntil) = (uint64(NOW) + 2 * YEAR, CARRIED);
        onwardRefused(again, abi.encodeCall(Errors.AccessGrantsLockBeyondParent, (CARRIED, NOW + 3 * YEAR)));
        again.lockedUntil = 0;
        onward(again);
        assertEq(childTerms().lockedUntil, CARRIED, "lockedUntil");
    }

    /// @dev Nor does the lock of another's grant, which is not this grantor's to extend.
    function test_whatIsAnothersWidensNothing() public {
        grant(inTheHoldersName());
        IAccessGrants.GrantRequest memory longer = passed();
        longer.lockedUntil = CARRIED;
        onwardRefused(longer, abi.encodeCall(Errors.AccessGrantsGrantedByOther, (child)));
    }

    function inTheHoldersName() private pure returns (IAccessGrants.GrantRequest memory r) {
        r = passed();
        r.lockedUntil = CARRIED;
    }
}
