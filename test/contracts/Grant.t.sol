// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Fixture} from "./support/Fixture.sol";
import {Errors} from "./support/Errors.sol";
import {Model, Terms} from "./support/Model.sol";

/// @notice A first grant: what it does and what it refuses.
contract GrantTest is Fixture {
    using Model for Terms;

    function usualTerms() private pure returns (Terms memory) {
        return
            Terms({
                grantedAt: NOW,
                notBefore: NOW,
                expiresAt: NOW + 2 * YEAR,
                lockedUntil: 0,
                revokedAt: 0,
                retention: 5 * YEAR,
                sequence: 1,
                flags: 0,
                parentEnd: 0,
                holdUntil: 0,
                relying: address(0)
            });
    }

    function test_nothingIsGrantedToBeginWith() public view {
        assertState(GrantState.NONE);
        assertEq(GrantRecord.unwrap(grants.termsOf(id)), 0, "record");
    }

    function test_grantsFromNowUntilTheAgreedEnd() public {
        grant(usual());
        assertTerms(usualTerms());
        assertState(GrantState.ACTIVE);
        vm.warp(NOW + 2 * YEAR - 1);
        assertState(GrantState.ACTIVE);
        vm.warp(NOW + 2 * YEAR);
        assertState(GrantState.RETAINED);
        vm.warp(NOW + 7 * YEAR - 1);
        assertState(GrantState.RETAINED);
        vm.warp(NOW + 7 * YEAR);
        assertState(GrantState.ENDED);
    }

    function test_emitsEveryFieldAndTheWholeRecord() public {
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.Granted(
            credential,
            HOLDER,
            GRANTEE,
            ISSUER,
            SEAL,
            PURPOSE,
            3,
            GrantRecord.wrap(usualTerms().encode()),
            CONTEXT
        );
        grant(usual());
    }

    function test_withoutEndItStaysActive() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.expiresAt = 0;
        grant(request);
        vm.warp(NOW + 1000 * uint256(YEAR));
        assertState(GrantState.ACTIVE);
    }

    function test_aStartAheadIsPendingUntilThen() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.notBefore = uint64(NOW) + YEAR;
        grant(request);
        assertEq(terms().grantedAt, NOW, "grantedAt");
        assertState(GrantState.PENDING);
        vm.warp(NOW + YEAR - 1);
        assertState(GrantState.PENDING);
        vm.warp(NOW + YEAR);
        assertState(GrantState.ACTIVE);
    }

    function test_aStartInThePastCountsAsNow() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.notBefore = uint64(NOW) - 1;
        grant(request);
        assertTerms(usualTerms());
    }

    function test_theLongestLockAndRetentionAreAccepted() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.lockedUntil = uint64(NOW) + TEN_YEARS;
        request.retention = TEN_YEARS;
        request.expiresAt = 2 ** 40 - 1;
        grant(request);
        assertEq(terms().lockedUntil, NOW + TEN_YEARS, "lockedUntil");
        assertEq(terms().retention, TEN_YEARS, "retention");
        assertEq(terms().expiresAt, 2 ** 40 - 1, "expiresAt");
    }

    function testFuzz_everyCodeButPurposeZeroIsAccepted(uint16 purpose, uint8 legalBasis) public {
        vm.assume(purpose != 0);
        IAccessGrants.GrantRequest memory request = usual();
        (request.purpose, request.legalBasis) = (purpose, legalBasis);
        grant(request);
        assertTrue(grants.canRead(credential, GRANTEE, purpose), "canRead");
    }

    function test_refusesIssuerZero() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.issuer = address(0);
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsIssuerZero, ()));
    }

    function test_refusesSealZero() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.seal = 0;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsSealZero, ()));
    }

    function test_refusesGranteeZero() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.grantee = address(0);
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsGranteeZero, ()));
    }

    function test_refusesTheHolderAsGrantee() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.grantee = HOLDER;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsSelfGrant, (HOLDER)));
    }

    function test_refusesPurposeZero() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.purpose = 0;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsPurposeZero, ()));
    }

    function testFuzz_refusesAStartMoreThanAYearAhead(uint64 start) public {
        vm.assume(start > NOW + YEAR);
        IAccessGrants.GrantRequest memory request = usual();
        request.notBefore = start;
        request.expiresAt = 0;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsNotBeforeTooFar, (start, NOW + YEAR)));
    }

    function testFuzz_refusesAnEndNotAfterTheStart(uint64 ahead, uint64 end) public {
        uint64 start = uint64(between(ahead, NOW, NOW + YEAR));
        IAccessGrants.GrantRequest memory request = usual();
        request.notBefore = start;
        request.expiresAt = uint64(between(end, 1, start));
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsExpiryNotAfterStart, (request.expiresAt, start)));
    }

    function test_refusesAnEndNowWhereTheStartIsUnset() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.expiresAt = uint64(NOW);
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsExpiryNotAfterStart, (uint64(NOW), NOW)));
    }

    function testFuzz_refusesAnEndThatDoesNotFit40Bits(uint64 end) public {
        vm.assume(end > 2 ** 40 - 1);
        IAccessGrants.GrantRequest memory request = usual();
        request.expiresAt = end;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsExpiryTooFar, (end, 2 ** 40 - 1)));
    }

    function testFuzz_refusesALockOfMoreThanTenYears(uint64 lock) public {
        vm.assume(lock > NOW + TEN_YEARS);
        IAccessGrants.GrantRequest memory request = usual();
        request.lockedUntil = lock;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsLockTooFar, (lock, NOW + TEN_YEARS)));
    }

    function testFuzz_refusesARetentionOfMoreThanTenYears(uint64 retention) public {
        vm.assume(retention > TEN_YEARS);
        IAccessGrants.GrantRequest memory request = usual();
        request.retention = retention;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsRetentionTooLong, (retention, TEN_YEARS)));
    }

    function test_batchGrantsEveryRequestInOrder() public {
        IAccessGrants.GrantRequest[] memory batch = new IAccessGrants.GrantRequest[](3);
        (batch[0], batch[1], batch[2]) = (usual(), usual(), usual());
        batch[1].purpose = PURPOSE + 1;
        batch[2].expiresAt = 0; // the first one once more, extended
        vm.prank(HOLDER);
        grants.grantBatch(batch);
        assertTrue(grants.canRead(credential, GRANTEE, PURPOSE + 1), "second");
        assertEq(terms().expiresAt, 0, "third");
        assertEq(terms().sequence, 2, "sequence");
    }

    function test_batchGrantsAllOrNone() public {
        IAccessGrants.GrantRequest[] memory batch = new IAccessGrants.GrantRequest[](2);
        (batch[0], batch[1]) = (usual(), usual());
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsUnchanged, (id)));
        vm.prank(HOLDER);
        grants.grantBatch(batch);
        assertState(GrantState.NONE);
    }

    function test_refusesAnEmptyBatch() public {
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsEmptyBatch, ()));
        vm.prank(HOLDER);
        grants.grantBatch(new IAccessGrants.GrantRequest[](0));
    }
}
