// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {AUTHORITY, INSTITUTION, ISSUER as ISSUER_KIND} from "../../contracts/interfaces/IEntityRegistry.sol";
import {toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {toGrantId} from "../../contracts/types/GrantId.sol";
import {GrantState, HELD} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {HoldFixture} from "./support/HoldFixture.sol";
import {Terms} from "./support/Model.sol";

/// @notice Legal holds: who may place them, what they keep, and what they do not revive.
contract HoldTest is HoldFixture {
    function test_tellsWhereAuthoritiesAreRegistered() public view {
        assertEq(address(grants.entities()), address(entities), "entities");
    }

    function test_keepsTheRecordsUntilItsEnd() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + YEAR);
        assertState(GrantState.ACTIVE);
        revoke();
        assertState(GrantState.RETAINED);
        vm.warp(NOW + YEAR - 1);
        assertState(GrantState.RETAINED);
        vm.warp(NOW + YEAR);
        assertState(GrantState.ENDED);
        assertEq(grants.holdsOf(id).length, 0, "holds");
    }

    function test_doesNotShortenRecordKeeping() public {
        grant(usual());
        hold(COURT, uint64(NOW) + YEAR);
        revoke();
        vm.warp(NOW + 5 * YEAR - 1);
        assertState(GrantState.RETAINED);
        vm.warp(NOW + 5 * YEAR);
        assertState(GrantState.ENDED);
    }

    function test_saysEverythingInItsEvent() public {
        grant(usual());
        Terms memory t = terms();
        (t.sequence, t.flags) = (2, HELD);
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.Held(
            credential,
            HOLDER,
            GRANTEE,
            ISSUER,
            SEAL,
            PURPOSE,
            record(t),
            COURT,
            uint40(NOW) + 60,
            ORDER,
            uint40(NOW) + 60
        );
        hold(COURT, uint64(NOW) + 60);
        assertTerms(t);

        t.sequence = 3;
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.Held(
            credential,
            HOLDER,
            GRANTEE,
            ISSUER,
            SEAL,
            PURPOSE,
            record(t),
            SUPERVISOR,
            uint40(NOW) + 50,
            ORDER,
            uint40(NOW) + 60
        );
        hold(SUPERVISOR, uint64(NOW) + 50);

        t.sequence = 4;
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.HoldLifted(
            credential,
            HOLDER,
            GRANTEE,
            ISSUER,
            SEAL,
            PURPOSE,
            record(t),
            COURT,
            ORDER,
            uint40(NOW) + 50
        );
        lift(COURT);
        assertTerms(t);

        (t.sequence, t.flags) = (5, 0);
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.HoldLifted(
            credential,
            HOLDER,
            GRANTEE,
            ISSUER,
            SEAL,
            PURPOSE,
            record(t),
            SUPERVISOR,
            ORDER,
            0
        );
        lift(SUPERVISOR);
        assertTerms(t);
    }

    function test_liftingEndsAtOnceWhatNothingElseKeeps() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + YEAR);
        revoke();
        lift(COURT);
        assertState(GrantState.ENDED);
    }

    function test_liftingOneLeavesTheOthers() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + 2 * YEAR);
        hold(SUPERVISOR, uint64(NOW) + YEAR);
        revoke();
        lift(COURT);
        vm.warp(NOW + YEAR - 1);
        assertState(GrantState.RETAINED);
        vm.warp(NOW + YEAR);
        assertState(GrantState.ENDED);
    }

    function test_anAuthorityThatIsNoneAnyMoreLiftsWhatItPlaced() public {
        grant(usual());
        hold(COURT, uint64(NOW) + YEAR);
        entities.withdraw(COURT, 0);
        lift(COURT);
        assertEq(grants.holdsOf(id).length, 0, "holds");
    }

    function test_isProlongedByTheSameAuthority() public {
        grant(usual());
        hold(COURT, uint64(NOW) + 60);
        hold(COURT, uint64(NOW) + 61);
        IAccessGrants.Hold[] memory holds = grants.holdsOf(id);
        assertEq(holds.length, 1, "holds");
        assertEq(holds[0].authority, COURT, "authority");
        assertEq(holds[0].until, NOW + 61, "until");
        refusedHold(COURT, uint64(NOW) + 61, abi.encodeCall(Errors.AccessGrantsHoldUnchanged, (id, uint64(NOW) + 61)));
    }

    /// @dev In place: lifting it may end the grant, and what has ended cannot be held again.
    function test_isShortenedByTheSameAuthority() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + 60);
        revoke();
        hold(COURT, uint64(NOW) + 30);
        IAccessGrants.Hold[] memory holds = grants.holdsOf(id);
        assertEq(holds.length, 1, "holds");
        assertEq(holds[0].until, NOW + 30, "until");
        vm.warp(NOW + 29);
        assertState(GrantState.RETAINED);
        vm.warp(NOW + 30);
        assertState(GrantState.ENDED);
    }

    function test_shorteningOneLeavesTheOthers() public {
        grant(withoutRecordKeeping());
        hold(COURT, uint64(NOW) + 60);
        hold(SUPERVISOR, uint64(NOW) + 50);
        revoke();
        hold(COURT, uint64(NOW) + 30);
        vm.warp(NOW + 49);
        assertState(GrantState.RETAINED);
        vm.warp(NOW + 50);
        assertState(GrantState.ENDED);
    }

    function test_fourAuthoritiesCanHoldAndAFifthTakesTheFirstPlaceThatGetsFree() public {
        grant(usual());
        for (uint160 i = 0; i < 5; ++i) registerEntity(address(0x7000 + i), AUTHORITY);
        for (uint160 i = 0; i < 4; ++i) hold(address(0x7000 + i), uint64(NOW) + 100 + uint64(i));
        address fifth = address(0x7004);
        refusedHold(fifth, uint64(NOW) + 60, abi.encodeCall(Errors.AccessGrantsHoldsFull, (id, 4)));
        hold(address(0x7002), uint64(NOW) + 200); // whoever holds can prolong nevertheless
        vm.warp(NOW + 100);
        hold(fifth, uint64(NOW) + 150);
        IAccessGrants.Hold[] memory holds = grants.holdsOf(id);
        assertEq(holds.length, 4, "holds");
        assertEq(holds[0].authority, fifth, "the place of the first");
        assertEq(holds[2].until, NOW + 200, "prolonged");
    }

    function test_nobodyButAnActiveAuthorityHolds() public {
        grant(usual());
        registerEntity(STRANGER, INSTITUTION | ISSUER_KIND);
        refusedHold(STRANGER, uint64(NOW) + 60, abi.encodeCall(Errors.AccessGrantsNotAuthority, (STRANGER)));
        refusedHold(HOLDER, uint64(NOW) + 60, abi.encodeCall(Errors.AccessGrantsNotAuthority, (HOLDER)));
        entities.suspend(COURT, 0);
        refusedHold(COURT, uint64(NOW) + 60, abi.encodeCall(Errors.AccessGrantsNotAuthority, (COURT)));
    }

    function test_nobodyLiftsWhatIsNotHis() public {
        grant(usual());
        hold(COURT, uint64(NOW) + 60);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotHeld, (id, SUPERVISOR)));
        lift(SUPERVISOR);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotHeld, (id, HOLDER)));
        lift(HOLDER);
        vm.warp(NOW + 60);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotHeld, (id, COURT)));
        lift(COURT);
    }

    function test_revivesNothing() public {
        refusedHold(COURT, uint64(NOW) + 60, nothing(GrantState.NONE));
        grant(withoutRecordKeeping());
        revoke();
        refusedHold(COURT, uint64(NOW) + 60, nothing(GrantState.ENDED));
    }

    /// @dev Nothing was read yet, so there is nothing to keep.
    function test_doesNotHoldWhatHasNotBegun() public {
        IAccessGrants.GrantRequest memory later = usual();
        later.notBefore = uint64(NOW) + 60;
        grant(later);
        refusedHold(COURT, uint64(NOW) + 60, nothing(GrantState.PENDING));
    }

    function test_holdsWhatIsRetained() public {
        grant(usual());
        revoke();
        vm.warp(NOW + 5 * YEAR - 1);
        hold(COURT, uint64(NOW) + 6 * YEAR);
        vm.warp(NOW + 6 * YEAR - 1);
        assertState(GrantState.RETAINED);
    }

    function testFuzz_lastsAtLeastASecondAndAtMostFiveYears(uint64 until) public {
        grant(usual());
        if (until <= NOW) refusedHold(COURT, until, abi.encodeCall(Errors.AccessGrantsHoldNotAhead, (until, NOW)));
        else if (until > NOW + FIVE_YEARS)
            refusedHold(COURT, until, abi.encodeCall(Errors.AccessGrantsHoldTooFar, (until, NOW + FIVE_YEARS)));
        else hold(COURT, until);
    }

    function test_theBoundsThemselves() public {
        grant(usual());
        hold(COURT, uint64(NOW) + 1);
        hold(COURT, uint64(NOW) + FIVE_YEARS);
        refusedHold(
            SUPERVISOR,
            uint64(NOW) + FIVE_YEARS + 1,
            abi.encodeCall(Errors.AccessGrantsHoldTooFar, (uint64(NOW) + FIVE_YEARS + 1, NOW + FIVE_YEARS))
        );
        refusedHold(SUPERVISOR, uint64(NOW), abi.encodeCall(Errors.AccessGrantsHoldNotAhead, (uint64(NOW), NOW)));
    }

    function test_theGranteeCannotReleaseWhatIsHeld() public {
        grant(usual());
        hold(COURT, uint64(NOW) + 60);
        releaseRefused(abi.encodeCall(Errors.AccessGrantsHeld, (id, NOW + 60)));
        vm.warp(NOW + 60);
        release();
        assertState(GrantState.ENDED);
    }

    function test_theHolderCanRevokeWhatIsHeld() public {
        grant(usual());
        hold(COURT, uint64(NOW) + 60);
        revoke();
        assertState(GrantState.RETAINED);
        assertEq(grants.holdsOf(id).length, 1, "holds");
    }
    function test_nobodyHoldsUnderAnotherHoldersName() public {
        grant(usual());
        IAccessGrants.HoldRequest memory r = order(uint64(NOW) + 60);
        r.holder = STRANGER;
        vm.expectRevert(
            abi.encodeCall(
                Errors.AccessGrantsNothingToHold,
                (toGrantId(toCredentialRef(STRANGER, ISSUER, SEAL), GRANTEE, PURPOSE), GrantState.NONE)
            )
        );
        vm.prank(COURT);
        grants.hold(r);
    }
}
