// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {SignedFixture} from "./support/SignedFixture.sol";
import {Vm} from "./support/Test.sol";

/// @notice One signature that ends a grant on every chain.
contract EverywhereTest is SignedFixture {
    function test_endsWhatWasGrantedBefore() public {
        grantBySigner(usual());
        vm.warp(NOW + 60);
        assertTrue(carry(uint64(NOW) + 60), "done");
        assertEq(terms().revokedAt, NOW + 60, "revokedAt");
        assertState(GrantState.RETAINED);
    }

    /// @dev The chain's clock has seconds: what was granted in the very second of the signature was granted before it.
    function test_endsWhatWasGrantedInTheSameSecond() public {
        grantBySigner(usual());
        assertTrue(carry(uint64(NOW)), "done");
        assertState(GrantState.RETAINED);
    }

    function test_emitsARevocation() public {
        grantBySigner(usual());
        vm.recordLogs();
        carry(uint64(NOW));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "events");
        assertEq(logs[0].topics[0], IAccessGrants.Revoked.selector, "event");
        assertEq(logs[0].topics[2], bytes32(uint256(uint160(signer))), "holder");
    }

    function testFuzz_isValidOnEveryChain(uint64 chain) public {
        vm.assume(chain != 0);
        bytes memory signature = signed(KEY, revokeEverywhereDigest(everywhere(), signer, revocation(), uint64(NOW)));
        vm.chainId(chain);
        grantBySigner(usual());
        assertTrue(grants.revokeEverywhereWithSig(signer, revocation(), uint64(NOW), signature), "done");
        assertState(GrantState.RETAINED);
    }

    function test_carriedTwiceDoesNothingMore() public {
        grantBySigner(usual());
        carry(uint64(NOW));
        vm.warp(NOW + 60);
        doesNothing(uint64(NOW));
    }

    function test_doesNothingWhereNothingWasGranted() public {
        doesNothing(uint64(NOW));
    }

    function test_doesNothingWhereOnlySignaturesWereCancelled() public {
        vm.prank(signer);
        grants.cancelSignatures(IAccessGrants.CancelRequest(ISSUER, SEAL, GRANTEE, PURPOSE));
        doesNothing(uint64(NOW));
    }

    function test_doesNothingToWhatExpired() public {
        grantBySigner(usual());
        vm.warp(NOW + 2 * YEAR);
        doesNothing(uint64(NOW) + 2 * YEAR);
    }

    function test_doesNothingToWhatWasGrantedLater() public {
        grantBySigner(usual());
        vm.prank(signer);
        grants.revoke(revocation());
        vm.warp(NOW + 1);
        grantBySigner(usual());
        doesNothing(uint64(NOW));
        assertState(GrantState.ACTIVE);
    }

    /// @dev An extension is no new grant.
    function test_endsWhatWasExtendedLater() public {
        grantBySigner(usual());
        vm.warp(NOW + 60);
        IAccessGrants.GrantRequest memory longer = usual();
        longer.expiresAt += 1;
        grantBySigner(longer);
        assertTrue(carry(uint64(NOW) + 1), "done");
    }

    function test_endsAPendingGrant() public {
        IAccessGrants.GrantRequest memory later = usual();
        later.notBefore = uint64(NOW) + 60;
        grantBySigner(later);
        assertTrue(carry(uint64(NOW)), "done");
        assertState(GrantState.ENDED);
    }

    function test_refusesATimeThatHasNotCome() public {
        grantBySigner(usual());
        uint64 ahead = uint64(NOW) + 1;
        bytes memory signature = signed(KEY, revokeEverywhereDigest(everywhere(), signer, revocation(), ahead));
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsIssuedInFuture, (ahead, NOW)));
        grants.revokeEverywhereWithSig(signer, revocation(), ahead, signature);
    }

    /// @dev Also where it would do nothing: a wrong signature is never passed over in silence.
    function test_refusesAnythingButWhatWasSigned() public {
        bytes32 due = revokeEverywhereDigest(everywhere(), signer, revocation(), uint64(NOW));
        refused(due, signed(KEY + 1, due));
        refused(due, signed(KEY, revokeEverywhereDigest(here(), signer, revocation(), uint64(NOW))));
        refused(due, signed(KEY, revokeEverywhereDigest(everywhere(), signer, revocation(), uint64(NOW) - 1)));
        refused(due, signed(KEY, revokeDigest(everywhere(), signer, revocation(), 0, uint64(NOW))));
        refused(due, mirrored(KEY, due));
        IAccessGrants.RevokeRequest memory other = revocation();
        other.reason += 1;
        refused(due, signed(KEY, revokeEverywhereDigest(everywhere(), signer, other, uint64(NOW))));
    }

    function test_isBoundToTheContract() public {
        SigningDomain memory elsewhere = SigningDomain(0, address(0xbad));
        bytes32 due = revokeEverywhereDigest(everywhere(), signer, revocation(), uint64(NOW));
        refused(due, signed(KEY, revokeEverywhereDigest(elsewhere, signer, revocation(), uint64(NOW))));
    }

    function carry(uint64 issuedAt) private returns (bool) {
        bytes memory signature = signed(KEY, revokeEverywhereDigest(everywhere(), signer, revocation(), issuedAt));
        vm.prank(STRANGER);
        return grants.revokeEverywhereWithSig(signer, revocation(), issuedAt, signature);
    }

    function doesNothing(uint64 issuedAt) private {
        bytes32 before = GrantRecord.unwrap(grants.termsOf(id));
        vm.recordLogs();
        assertTrue(!carry(issuedAt), "done");
        assertEq(vm.getRecordedLogs().length, 0, "events");
        assertEq(GrantRecord.unwrap(grants.termsOf(id)), before, "record");
    }

    function refused(bytes32 due, bytes memory signature) private {
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (signer, due)));
        grants.revokeEverywhereWithSig(signer, revocation(), uint64(NOW), signature);
    }
}
