// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantState} from "../../contracts/types/GrantRecord.sol";
import {Fixture} from "./support/Fixture.sol";
import {Errors, Terms} from "./support/Model.sol";

/// @notice A grant that has not ended (PENDING, ACTIVE) may only be extended.
contract ExtendTest is Fixture {
    uint64 private constant LATER = uint64(NOW) + YEAR / 2;

    IAccessGrants.GrantRequest private request;

    function setUp() public override {
        super.setUp();
        request = usual();
        request.lockedUntil = uint64(NOW) + 3 * YEAR;
        grant(request);
        vm.warp(LATER);
    }

    /// @dev The same grant, but starting a year after NOW.
    function pending() private {
        request.purpose = PURPOSE + 1;
        request.notBefore = uint64(NOW) + YEAR;
        id = grants.grantIdOf(credential, GRANTEE, request.purpose);
        grant(request);
        assertEq(uint256(grants.stateOf(id)), uint256(GrantState.PENDING), "state");
    }

    function test_aLaterEndIsTaken() public {
        Terms memory expected = terms();
        request.expiresAt += 1;
        grant(request);
        expected.expiresAt += 1;
        expected.sequence = 2;
        assertTerms(expected);
    }

    function test_noEndIsTaken() public {
        request.expiresAt = 0;
        grant(request);
        assertEq(terms().expiresAt, 0, "expiresAt");
    }

    function test_aLongerLockIsTaken() public {
        request.lockedUntil += 1;
        grant(request);
        assertEq(terms().lockedUntil, NOW + 3 * YEAR + 1, "lockedUntil");
    }

    function test_aLongerRetentionIsTaken() public {
        request.retention += 1;
        grant(request);
        assertEq(terms().retention, 5 * YEAR + 1, "retention");
    }

    function test_grantedAtAndTheStartOfAnActiveGrantStay() public {
        request.expiresAt += 1;
        grant(request);
        assertEq(terms().grantedAt, NOW, "grantedAt");
        assertEq(terms().notBefore, NOW, "notBefore");
    }

    /// @dev Signed before, mined after: a start that is not ahead of the block asks for nothing that is not so.
    function testFuzz_aPastStartKeepsTheStartOfAnActiveGrant(uint64 start) public {
        request.notBefore = uint64(between(start, 0, LATER));
        request.expiresAt += 1;
        grant(request);
        assertEq(terms().notBefore, NOW, "notBefore");
    }

    function test_anUnsetStartMovesAPendingGrantToNow() public {
        pending();
        request.notBefore = 0;
        grant(request);
        assertEq(terms().notBefore, LATER, "notBefore");
        assertEq(terms().grantedAt, LATER, "grantedAt");
        assertEq(uint256(grants.stateOf(id)), uint256(GrantState.ACTIVE), "state");
    }

    function testFuzz_anEarlierStartOfAPendingGrantIsTaken(uint64 start) public {
        pending();
        request.notBefore = uint64(between(start, LATER, NOW + YEAR - 1));
        grant(request);
        assertEq(terms().notBefore, request.notBefore, "notBefore");
    }

    function testFuzz_aPendingGrantIsNotPostponed(uint64 start) public {
        pending();
        request.notBefore = uint64(between(start, NOW + YEAR + 1, LATER + YEAR));
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsStartPostponed, (request.notBefore, NOW + YEAR)));
    }

    function testFuzz_anActiveGrantIsNotPostponed(uint64 start) public {
        request.notBefore = uint64(between(start, LATER + 1, LATER + YEAR));
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsStartPostponed, (request.notBefore, NOW)));
    }

    function testFuzz_theEndIsNotShortened(uint64 end) public {
        request.expiresAt = uint64(between(end, LATER + 1, NOW + 2 * YEAR - 1));
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsExpiryShortened, (request.expiresAt, NOW + 2 * YEAR)));
    }

    function testFuzz_aGrantWithoutEndGetsNone(uint64 end) public {
        request.expiresAt = 0;
        grant(request);
        request.expiresAt = uint64(between(end, LATER + 1, 2 ** 40 - 1));
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsExpiryShortened, (request.expiresAt, 0)));
    }

    function testFuzz_theLockIsNotShortened(uint64 lock) public {
        request.lockedUntil = uint64(between(lock, 0, NOW + 3 * YEAR - 1));
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsLockShortened, (request.lockedUntil, NOW + 3 * YEAR)));
    }

    function testFuzz_theRetentionIsNotShortened(uint64 retention) public {
        request.retention = uint64(between(retention, 0, 5 * YEAR - 1));
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsRetentionShortened, (request.retention, 5 * YEAR)));
    }

    /// @dev Legal basis and context are not terms: they are in the trail, not in the record.
    function testFuzz_identicalTermsAreRefused(uint8 legalBasis, bytes32 context) public {
        (request.legalBasis, request.context) = (legalBasis, context);
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsUnchanged, (id)));
    }

    function test_identicalTermsOfAPendingGrantAreRefused() public {
        pending();
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsUnchanged, (id)));
    }
}
