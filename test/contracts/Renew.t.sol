// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantState} from "../../contracts/types/GrantRecord.sol";
import {Fixture} from "./support/Fixture.sol";
import {Errors} from "./support/Errors.sol";
import {Model, Terms} from "./support/Model.sol";

/// @notice A grant that is RETAINED or ENDED begins a new period; what has to be kept stays kept.
contract RenewTest is Fixture {
    using Model for Terms;

    uint64 private constant LATER = uint64(NOW) + YEAR;

    function retained() private returns (IAccessGrants.GrantRequest memory request) {
        grant(usual());
        vm.warp(LATER);
        revoke();
        assertState(GrantState.RETAINED);
        request = usual();
        request.retention = 0;
    }

    function ended() private returns (IAccessGrants.GrantRequest memory request) {
        grant(usual());
        vm.warp(LATER);
        release();
        assertState(GrantState.ENDED);
        return usual();
    }

    function test_anEndedGrantBeginsAgainOnTheTermsGiven() public {
        IAccessGrants.GrantRequest memory request = ended();
        grant(request);
        assertTerms(
            Terms({
                grantedAt: LATER,
                notBefore: LATER,
                expiresAt: request.expiresAt,
                lockedUntil: 0,
                revokedAt: 0,
                retention: request.retention,
                sequence: 3,
                flags: 0,
                parentEnd: 0,
                holdUntil: 0,
                relying: address(0)
            })
        );
        assertState(GrantState.ACTIVE);
    }

    function test_anEndedGrantMayBeginAgainLaterAndShorter() public {
        IAccessGrants.GrantRequest memory request = ended();
        (request.notBefore, request.expiresAt, request.retention) = (LATER + 5, LATER + 6, 0);
        grant(request);
        assertState(GrantState.PENDING);
    }

    function test_aRetainedGrantKeepsItsOldAccessEndAsLock() public {
        IAccessGrants.GrantRequest memory request = retained();
        grant(request);
        assertTerms(
            Terms({
                grantedAt: LATER,
                notBefore: LATER,
                expiresAt: request.expiresAt,
                lockedUntil: LATER + 5 * YEAR,
                revokedAt: 0,
                retention: 0,
                sequence: 3,
                flags: 0,
                parentEnd: 0,
                holdUntil: 0,
                relying: address(0)
            })
        );
        assertState(GrantState.ACTIVE);
    }

    function test_aRetainedGrantTakesALongerLock() public {
        IAccessGrants.GrantRequest memory request = retained();
        request.lockedUntil = LATER + 5 * YEAR + 1;
        grant(request);
        assertEq(terms().lockedUntil, request.lockedUntil, "lockedUntil");
    }

    function test_anExpiredGrantKeepsItsOldAccessEndAsLock() public {
        grant(usual());
        vm.warp(NOW + 3 * YEAR);
        IAccessGrants.GrantRequest memory request = usual();
        (request.expiresAt, request.retention) = (0, 0);
        grant(request);
        assertEq(terms().lockedUntil, NOW + 7 * YEAR, "lockedUntil");
    }

    function test_recordKeepingIsNotCutShortByGrantingAndRevokingAtOnce() public {
        IAccessGrants.GrantRequest memory request = retained();
        uint256 kept = terms().accessEnd();
        grant(request);
        revoke();
        assertEq(terms().accessEnd(), kept, "accessEnd");
        assertState(GrantState.RETAINED);
    }

    /// @dev A start ahead would take the records away until then, and revoking before it would end them for good.
    function testFuzz_aRetainedGrantBeginsAgainAtOnceOnly(uint64 start) public {
        IAccessGrants.GrantRequest memory request = retained();
        request.notBefore = uint64(between(start, LATER + 1, LATER + YEAR));
        request.expiresAt = 0;
        grantRefused(
            request,
            abi.encodeCall(Errors.AccessGrantsStartWhileRetained, (request.notBefore, LATER + 5 * YEAR))
        );
    }

    function testFuzz_aPastStartOfARetainedGrantCountsAsNow(uint64 start) public {
        IAccessGrants.GrantRequest memory request = retained();
        request.notBefore = uint64(between(start, 0, LATER));
        grant(request);
        assertEq(terms().notBefore, LATER, "notBefore");
    }
}
