// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {toGrantId} from "../../contracts/types/GrantId.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {Fixture} from "./support/Fixture.sol";
import {Vm} from "./support/Test.sol";

/// @notice Of batches of revocations: none is empty, what has ended is passed over, what never was is an error.
contract BatchesTest is Fixture {
    uint16 private constant OTHER_PURPOSE = PURPOSE + 1;

    function test_anEmptyBatchOfRevocationsIsRefused() public {
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsEmptyBatch, ()));
        grants.revokeBatch(new IAccessGrants.RevokeRequest[](0));
    }

    function test_everyRevocationOfABatchIsDone() public {
        grantBoth();
        vm.prank(HOLDER);
        assertEq(grants.revokeBatch(bothRevocations()), 2, "ended");
        assertTrue(!grants.canRead(credential, GRANTEE, PURPOSE), "the first");
        assertTrue(!grants.canRead(credential, GRANTEE, OTHER_PURPOSE), "the last");
    }

    function test_whatWasNeverGrantedIsAnErrorAndTakesAllOthersWithIt() public {
        grant(usual());
        bytes memory failure = abi.encodeCall(
            Errors.AccessGrantsNotFound,
            (toGrantId(credential, GRANTEE, OTHER_PURPOSE))
        );
        vm.expectRevert(failure);
        vm.prank(HOLDER);
        grants.revokeBatch(bothRevocations());
        assertState(GrantState.ACTIVE);
    }

    /// @dev A grantee that gives up its access in the block before must not keep that of all others alive.
    function test_whatHasJustEndedIsPassedOver() public {
        grantBoth();
        release();
        bytes32 released = GrantRecord.unwrap(grants.termsOf(id));
        vm.recordLogs();
        vm.prank(HOLDER);
        assertEq(grants.revokeBatch(bothRevocations()), 1, "ended");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "events");
        assertEq(logs[0].topics[0], IAccessGrants.Revoked.selector, "event");
        assertEq(GrantRecord.unwrap(grants.termsOf(id)), released, "what had ended");
        assertTrue(!grants.canRead(credential, GRANTEE, OTHER_PURPOSE), "what had not");
    }

    function test_whatHasExpiredIsPassedOver() public {
        grantBoth();
        IAccessGrants.GrantRequest memory longer = usual();
        (longer.purpose, longer.expiresAt) = (OTHER_PURPOSE, 0);
        grant(longer);
        vm.warp(NOW + 2 * YEAR);
        vm.prank(HOLDER);
        grants.revokeBatch(bothRevocations());
        assertEq(terms().revokedAt, 0, "what had expired");
        assertTrue(!grants.canRead(credential, GRANTEE, OTHER_PURPOSE), "what had not");
    }

    function test_theSameGrantTwiceIsEndedOnce() public {
        grant(usual());
        IAccessGrants.RevokeRequest[] memory requests = bothRevocations();
        requests[1].purpose = PURPOSE;
        vm.prank(HOLDER);
        grants.revokeBatch(requests);
        assertEq(terms().sequence, 2, "sequence");
    }

    function test_aBatchThatEndsNothingIsRefused() public {
        grantBoth();
        vm.prank(HOLDER);
        grants.revokeBatch(bothRevocations());
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNothingEnded, (2)));
        vm.prank(HOLDER);
        grants.revokeBatch(bothRevocations());
    }

    function grantBoth() private {
        IAccessGrants.GrantRequest[] memory requests = new IAccessGrants.GrantRequest[](2);
        (requests[0], requests[1]) = (usual(), usual());
        requests[1].purpose = OTHER_PURPOSE;
        vm.prank(HOLDER);
        grants.grantBatch(requests);
    }

    function bothRevocations() private pure returns (IAccessGrants.RevokeRequest[] memory requests) {
        requests = new IAccessGrants.RevokeRequest[](2);
        (requests[0], requests[1]) = (revocation(), revocation());
        requests[1].purpose = OTHER_PURPOSE;
    }
}
