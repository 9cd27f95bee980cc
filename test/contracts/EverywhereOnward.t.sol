// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantId, toGrantId} from "../../contracts/types/GrantId.sol";
import {GrantState} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {SignedFixture} from "./support/SignedFixture.sol";

/// @notice What a signature that ends everywhere does to what was granted onward: it rests on what the holder allowed when
/// the period of the parent began, whenever the grantor made use of it.
contract EverywhereOnwardTest is SignedFixture {
    address private constant RELYING = address(0x8008);

    GrantId private child;

    function setUp() public override {
        super.setUp();
        child = toGrantId(credential, RELYING, PURPOSE);
        IAccessGrants.GrantRequest memory r = usual();
        r.allowOnward = true;
        grantBySigner(r);
        vm.warp(NOW + 10);
    }

    function test_endsIt() public {
        onward(uint64(NOW) + 100);
        assertTrue(carry(uint64(NOW) + 10), "done");
        assertEnded();
    }

    /// @dev A grantor that lets it lapse and begins anew does not escape what was signed in between.
    function test_endsWhatTheGrantorBeganAnewSince() public {
        onward(uint64(NOW) + 20);
        vm.warp(NOW + 30);
        onward(uint64(NOW) + 100);
        assertTrue(carry(uint64(NOW) + 15), "done");
        assertEnded();
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsOnwardOver, (child, NOW)));
        onward(uint64(NOW) + 200);
    }

    function test_endsWhatExtensionsMadeYounger() public {
        onward(uint64(NOW) + 20);
        vm.warp(NOW + 15);
        onward(uint64(NOW) + 100);
        assertTrue(carry(uint64(NOW) + 12), "done");
        assertEnded();
    }

    function test_doesNothingToWhatTheHolderAllowedLater() public {
        vm.prank(signer);
        grants.revoke(revocation());
        vm.warp(NOW + 20);
        IAccessGrants.GrantRequest memory r = usual();
        r.allowOnward = true;
        grantBySigner(r);
        vm.warp(NOW + 30);
        onward(uint64(NOW) + 100);
        assertTrue(!carry(uint64(NOW) + 19), "done");
        assertEq(uint256(grants.stateOf(child)), uint256(GrantState.ACTIVE), "state");
        assertTrue(carry(uint64(NOW) + 20), "done");
    }

    /// @dev Its own number protects a revocation for one chain less: what is extended in between makes it void.
    function test_aRevocationForOneChainIsVoidOnceTheGrantorExtended() public {
        onward(uint64(NOW) + 20);
        uint64 deadline = uint64(NOW) + 60;
        bytes memory signature = signed(KEY, revokeDigest(here(), signer, ending(), 1, deadline));
        onward(uint64(NOW) + 100);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsStaleSequence, (child, 1, 2)));
        grants.revokeWithSig(signer, ending(), 1, deadline, signature);
    }

    function onward(uint64 expiresAt) private {
        IAccessGrants.GrantRequest memory r = usual();
        (r.grantee, r.expiresAt) = (RELYING, expiresAt);
        vm.prank(GRANTEE);
        grants.grantOnward(signer, r);
    }

    function ending() private pure returns (IAccessGrants.RevokeRequest memory r) {
        r = revocation();
        r.grantee = RELYING;
    }

    function carry(uint64 issuedAt) private returns (bool) {
        bytes memory signature = signed(KEY, revokeEverywhereDigest(everywhere(), signer, ending(), issuedAt));
        vm.prank(STRANGER);
        return grants.revokeEverywhereWithSig(signer, ending(), issuedAt, signature);
    }

    function assertEnded() private view {
        assertTrue(!grants.canRead(credential, RELYING, PURPOSE), "may read");
        assertEq(uint256(grants.stateOf(child)), uint256(GrantState.RETAINED), "state");
    }
}
