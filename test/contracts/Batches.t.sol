// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantState} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice Of batches: none is empty, and one request that is refused takes all others with it.
contract BatchesTest is Fixture {
    uint16 private constant OTHER_PURPOSE = PURPOSE + 1;

    function test_anEmptyBatchOfRevocationsIsRefused() public {
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsEmptyBatch, ()));
        grants.revokeBatch(new IAccessGrants.RevokeRequest[](0));
    }

    function test_everyRevocationOfABatchIsDone() public {
        grantBoth();
        vm.prank(HOLDER);
        grants.revokeBatch(bothRevocations());
        assertTrue(!grants.canRead(credential, GRANTEE, PURPOSE), "the first");
        assertTrue(!grants.canRead(credential, GRANTEE, OTHER_PURPOSE), "the last");
    }

    function test_aBatchOfRevocationsIsDoneWholeOrNotAtAll() public {
        grant(usual());
        vm.prank(HOLDER);
        (bool done, ) = address(grants).call(abi.encodeCall(grants.revokeBatch, (bothRevocations())));
        assertTrue(!done, "the second was never granted");
        assertState(GrantState.ACTIVE);
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
