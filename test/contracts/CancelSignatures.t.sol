// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {Terms} from "./support/Model.sol";
import {SignedFixture} from "./support/SignedFixture.sol";

/// @notice Cancelling what was signed and not used: by the holder alone, of one grant, and nothing else changes.
contract CancelSignaturesTest is SignedFixture {
    uint64 private constant DEADLINE = uint64(NOW) + 60;

    function test_cancellingMakesUnusedSignaturesVoid() public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        Terms memory none;
        none.sequence = 1;
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.SignaturesCancelled(credential, signer, GRANTEE, ISSUER, SEAL, PURPOSE, recordOf(none));
        vm.prank(signer);
        grants.cancelSignatures(IAccessGrants.CancelRequest(ISSUER, SEAL, GRANTEE, PURPOSE));
        assertState(GrantState.NONE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsStaleSequence, (id, 0, 1)));
        bring(0, signature);
        bring(1, signed(KEY, grantDigest(here(), signer, usual(), 1, DEADLINE)));
        assertEq(terms().sequence, 2, "sequence");
    }

    function test_cancellingChangesNothingElse() public {
        grantBySigner(usual());
        Terms memory before = terms();
        vm.prank(signer);
        grants.cancelSignatures(IAccessGrants.CancelRequest(ISSUER, SEAL, GRANTEE, PURPOSE));
        before.sequence = 2;
        assertTerms(before);
    }

    function test_nobodyElseCancels() public {
        vm.prank(STRANGER);
        grants.cancelSignatures(IAccessGrants.CancelRequest(ISSUER, SEAL, GRANTEE, PURPOSE));
        assertEq(GrantRecord.unwrap(grants.termsOf(id)), 0, "record");
    }

    function test_namesAGrantThatThereCanBe() public {
        refused(
            IAccessGrants.CancelRequest(address(0), SEAL, GRANTEE, PURPOSE),
            Errors.AccessGrantsIssuerZero.selector
        );
        refused(IAccessGrants.CancelRequest(ISSUER, 0, GRANTEE, PURPOSE), Errors.AccessGrantsSealZero.selector);
        refused(
            IAccessGrants.CancelRequest(ISSUER, SEAL, address(0), PURPOSE),
            Errors.AccessGrantsGranteeZero.selector
        );
        refused(IAccessGrants.CancelRequest(ISSUER, SEAL, GRANTEE, 0), Errors.AccessGrantsPurposeZero.selector);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsSelfGrant, (signer)));
        vm.prank(signer);
        grants.cancelSignatures(IAccessGrants.CancelRequest(ISSUER, SEAL, signer, PURPOSE));
    }

    function refused(IAccessGrants.CancelRequest memory request, bytes4 failure) private {
        vm.expectRevert(abi.encodeWithSelector(failure));
        vm.prank(signer);
        grants.cancelSignatures(request);
    }

    function bring(uint16 sequence, bytes memory signature) private {
        vm.prank(STRANGER);
        grants.grantWithSig(signer, usual(), sequence, DEADLINE, signature);
    }
}
