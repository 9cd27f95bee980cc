// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantState, HELD} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {HoldFixture} from "./support/HoldFixture.sol";
import {Terms} from "./support/Model.sol";

/// @notice Legal holds while the grant they keep is extended, and when a new period begins.
contract HoldPeriodsTest is HoldFixture {
    function test_standsWhenTheGrantIsExtended() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + 60);
        IAccessGrants.GrantRequest memory longer = withoutRecordKeeping();
        longer.expiresAt += 1;
        grant(longer);
        revoke();
        vm.warp(NOW + 59);
        assertState(GrantState.RETAINED);
    }

    /// @dev It stands by itself in the new period, and can be lifted; the lock takes over only what was agreed.
    function test_standsWhenANewPeriodBegins() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + YEAR);
        vm.warp(NOW + 10);
        revoke();
        vm.warp(NOW + 20);
        grant(withoutRecordKeeping());
        assertEq(terms().flags, HELD, "flags");
        assertEq(terms().lockedUntil, 0, "the hold became a lock");
        revoke();
        assertState(GrantState.RETAINED);
        lift(COURT);
        assertState(GrantState.ENDED);
    }

    /// @dev What was agreed is over, so that there is nothing to carry: a later extension need not name a lock of the past.
    function test_aNewPeriodOverWhatAHoldAloneKeepsCarriesNoLock() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + YEAR);
        revoke();
        vm.warp(NOW + 20);
        grant(withoutRecordKeeping());
        assertEq(terms().lockedUntil, 0, "lockedUntil");
        IAccessGrants.GrantRequest memory longer = withoutRecordKeeping();
        longer.expiresAt += 1;
        grant(longer);
        assertEq(terms().lockedUntil, 0, "lockedUntil");
    }

    function test_aNewPeriodOverWhatIsHeldCarriesWhatWasAgreed() public {
        grant(usual());
        hold(COURT, uint64(NOW) + 1);
        revoke();
        vm.warp(NOW + 5 * YEAR - 1);
        IAccessGrants.GrantRequest memory again = withoutRecordKeeping();
        again.expiresAt = 0;
        grant(again);
        assertEq(terms().lockedUntil, NOW + 5 * YEAR, "lockedUntil");
    }

    function test_aNewPeriodWhileHeldStartsAtOnce() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + YEAR);
        revoke();
        IAccessGrants.GrantRequest memory later = withoutRecordKeeping();
        later.notBefore = uint64(NOW) + 60;
        grantRefused(later, abi.encodeCall(Errors.AccessGrantsStartWhileRetained, (later.notBefore, NOW + YEAR)));
    }

    function test_isForgottenWithThePeriodThatOutlivedIt() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + 60);
        revoke();
        vm.warp(NOW + 60);
        grant(withoutRecordKeeping());
        assertEq(terms().flags, 0, "flags");
        revoke();
        assertState(GrantState.ENDED);
    }

    /// @dev A hold whose time is over does not come back with the next one.
    function test_aNewHoldDoesNotBringAnOldOneBack() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + 60);
        vm.warp(NOW + 60);
        hold(SUPERVISOR, uint64(NOW) + 70);
        IAccessGrants.Hold[] memory holds = grants.holdsOf(id);
        assertEq(holds.length, 1, "holds");
        assertEq(holds[0].authority, SUPERVISOR, "authority");
    }

    function test_takesTheLastNumberAgainAndAgain() public {
        grant(usual());
        Terms memory t = terms();
        t.sequence = 65_534;
        put(t);
        hold(COURT, uint64(NOW) + 60);
        assertEq(terms().sequence, 65_535, "sequence");
        hold(SUPERVISOR, uint64(NOW) + 60);
        lift(COURT);
        assertEq(terms().sequence, 65_535, "sequence");
        assertEq(grants.holdsOf(id).length, 1, "holds");
    }
}
