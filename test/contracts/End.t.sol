// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Fixture} from "./support/Fixture.sol";
import {Errors} from "./support/Errors.sol";
import {Model, Terms} from "./support/Model.sol";

/// @notice Revoking by the holder, releasing by the grantee.
contract EndTest is Fixture {
    using Model for Terms;

    uint64 private constant LATER = uint64(NOW) + YEAR;

    function pending() private {
        IAccessGrants.GrantRequest memory request = usual();
        request.notBefore = LATER;
        request.lockedUntil = uint64(NOW) + TEN_YEARS;
        grant(request);
    }

    function test_revokingStartsTheClockOfRecordKeeping() public {
        grant(usual());
        Terms memory expected = terms();
        vm.warp(LATER);
        expected.revokedAt = LATER;
        expected.sequence = 2;
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.Revoked(
            credential,
            HOLDER,
            GRANTEE,
            ISSUER,
            SEAL,
            PURPOSE,
            2,
            GrantRecord.wrap(expected.encode())
        );
        revoke();
        assertTerms(expected);
        assertState(GrantState.RETAINED);
        vm.warp(LATER + 5 * YEAR - 1);
        assertState(GrantState.RETAINED);
        vm.warp(LATER + 5 * YEAR);
        assertState(GrantState.ENDED);
    }

    function test_revokingWorksWhateverTheLock() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.lockedUntil = uint64(NOW) + TEN_YEARS;
        grant(request);
        revoke();
        assertEq(terms().accessEnd(), NOW + TEN_YEARS, "accessEnd");
        assertState(GrantState.RETAINED);
    }

    function test_revokingWithNothingToKeepEndsAtOnce() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.retention = 0;
        grant(request);
        revoke();
        assertState(GrantState.ENDED);
    }

    function test_revokedBeforeItsStartNothingIsKept() public {
        pending();
        vm.warp(LATER - 1);
        revoke();
        assertState(GrantState.ENDED);
        vm.warp(LATER + 1);
        assertState(GrantState.ENDED);
    }

    function test_revokedInTheSecondOfItsStartRecordsAreKept() public {
        pending();
        vm.warp(LATER);
        revoke();
        assertEq(terms().accessEnd(), NOW + TEN_YEARS, "accessEnd");
        assertState(GrantState.RETAINED);
    }

    function test_revokingWhatWasNeverGrantedIsAnError() public {
        revokeRefused(abi.encodeCall(Errors.AccessGrantsNotFound, (id)));
    }

    function test_revokingTwiceIsAnError() public {
        grant(usual());
        revoke();
        vm.warp(LATER);
        revokeRefused(abi.encodeCall(Errors.AccessGrantsAlreadyEnded, (id, NOW)));
    }

    function test_revokingAnExpiredGrantIsAnError() public {
        grant(usual());
        vm.warp(NOW + 2 * YEAR);
        revokeRefused(abi.encodeCall(Errors.AccessGrantsAlreadyEnded, (id, NOW + 2 * YEAR)));
    }

    function test_revokingInTheLastSecondBeforeExpiryWorks() public {
        grant(usual());
        vm.warp(NOW + 2 * YEAR - 1);
        revoke();
        assertEq(terms().revokedAt, NOW + 2 * YEAR - 1, "revokedAt");
    }

    function test_releasingGivesEverythingUpAtOnce() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.lockedUntil = uint64(NOW) + TEN_YEARS;
        grant(request);
        Terms memory expected = terms();
        vm.warp(LATER);
        (expected.revokedAt, expected.lockedUntil, expected.retention) = (LATER, 0, 0);
        (expected.sequence, expected.flags) = (2, 1);
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.Released(
            credential,
            HOLDER,
            GRANTEE,
            ISSUER,
            SEAL,
            PURPOSE,
            3,
            GrantRecord.wrap(expected.encode())
        );
        release();
        assertTerms(expected);
        assertState(GrantState.ENDED);
    }

    function test_releasingAPendingGrantEndsIt() public {
        pending();
        release();
        assertState(GrantState.ENDED);
        vm.warp(LATER);
        assertState(GrantState.ENDED);
    }

    function test_releasingRetainedRecordsKeepsTheTimeOfTheRevocation() public {
        grant(usual());
        revoke();
        vm.warp(LATER);
        release();
        assertEq(terms().revokedAt, NOW, "revokedAt");
        assertState(GrantState.ENDED);
    }

    function test_releasingAfterExpiryInventsNoRevocation() public {
        grant(usual());
        vm.warp(NOW + 2 * YEAR);
        assertState(GrantState.RETAINED);
        release();
        assertEq(terms().revokedAt, 0, "revokedAt");
        assertState(GrantState.ENDED);
    }

    function test_releasingWhatWasNeverGrantedIsAnError() public {
        releaseRefused(abi.encodeCall(Errors.AccessGrantsNotFound, (id)));
    }

    function test_releasingTwiceIsAnError() public {
        grant(usual());
        release();
        vm.warp(LATER);
        releaseRefused(abi.encodeCall(Errors.AccessGrantsAlreadyEnded, (id, NOW)));
    }

    function test_releasingAfterRecordKeepingIsAnError() public {
        grant(usual());
        vm.warp(NOW + 7 * YEAR);
        releaseRefused(abi.encodeCall(Errors.AccessGrantsAlreadyEnded, (id, NOW + 7 * YEAR)));
    }

    /// @dev Numbers 65,534 and 65,535 are left: one for the grant, one for its end.
    function test_theLastGrantStillFindsANumberForItsEnd() public {
        grant(usual());
        Terms memory t = terms();
        t.sequence = 65_533;
        put(t);
        IAccessGrants.GrantRequest memory request = usual();
        request.expiresAt = 0;
        grant(request);
        assertEq(terms().sequence, 65_534, "granted");
        revoke();
        assertEq(terms().sequence, 65_535, "revoked");
        release();
        assertEq(terms().sequence, 65_535, "released");
        assertState(GrantState.ENDED);
    }

    function testFuzz_withoutTwoFreeNumbersNothingIsGranted(uint256 number) public {
        grant(usual());
        Terms memory t = terms();
        t.sequence = between(number, 65_534, 65_535);
        put(t);
        IAccessGrants.GrantRequest memory request = usual();
        request.expiresAt = 0;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsSequenceExhausted, (id)));
        revoke();
        assertEq(terms().sequence, 65_535, "sequence");
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsSequenceExhausted, (id)));
    }
}
