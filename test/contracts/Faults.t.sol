// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {CredentialRef, toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../contracts/types/GrantId.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Fixture} from "./support/Fixture.sol";
import {Errors} from "./support/Errors.sol";
import {Model, Terms} from "./support/Model.sol";
import {Vm} from "./support/Test.sol";

/// @notice What went wrong in other systems of this kind, each a test named after the fault. That the cost of a call does
/// not grow with the history is in gas.test.ts.
contract FaultsTest is Fixture {
    using Model for Terms;

    /// @dev There: `string indexed dataId`, so a log holds only a hash.
    function test_fault_historyCannotBeReadFromEvents() public {
        vm.recordLogs();
        grant(usual());
        revoke();
        release();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "events");
        for (uint256 i = 0; i < logs.length; ++i) {
            address holder = address(uint160(uint256(logs[i].topics[2])));
            address grantee = address(uint160(uint256(logs[i].topics[3])));
            (address issuer, bytes32 seal, uint16 purpose, uint8 code) = abi.decode(
                logs[i].data,
                (address, bytes32, uint16, uint8)
            );
            CredentialRef named = toCredentialRef(holder, issuer, seal);
            assertEq(logs[i].topics[1], CredentialRef.unwrap(named), "credential");
            assertEq(GrantId.unwrap(toGrantId(named, grantee, purpose)), GrantId.unwrap(id), "grant");
            assertEq(code, i == 1 ? 2 : 3, "legal basis or reason");
            bytes32 word = recordIn(logs[i].data);
            assertEq(Model.decode(word).sequence, i + 1, "sequence");
            if (i == 2) assertEq(word, GrantRecord.unwrap(grants.termsOf(id)), "the newest event is the state");
        }
    }

    function recordIn(bytes memory data) private pure returns (bytes32 word) {
        (, , , , word) = abi.decode(data, (address, bytes32, uint16, uint8, bytes32));
    }

    /// @dev There: anybody could name any credential as his own.
    function testFuzz_fault_accessGrantedToAStrangersCredential(address stranger) public {
        vm.assume(stranger != HOLDER && stranger != GRANTEE);
        vm.prank(stranger);
        grants.grant(usual());
        assertState(GrantState.NONE);
    }

    /// @dev There: a time in milliseconds locked for 57,000 years.
    function test_fault_lockWithoutBound() public {
        IAccessGrants.GrantRequest memory request = usual();
        request.lockedUntil = uint64(NOW) * 1000;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsLockTooFar, (request.lockedUntil, NOW + TEN_YEARS)));
        request.lockedUntil = type(uint64).max;
        grantRefused(request, abi.encodeCall(Errors.AccessGrantsLockTooFar, (request.lockedUntil, NOW + TEN_YEARS)));
    }

    /// @dev There: 2^256-1 was accepted as a time. Here it does not even decode.
    function test_fault_timeOf256Bits() public {
        bytes memory call = abi.encodeCall(grants.grant, (usual()));
        for (uint256 word = 5; word < 9; ++word) {
            bytes memory wide = bytes.concat(call);
            assembly ("memory-safe") {
                mstore(add(add(wide, 0x24), mul(word, 0x20)), not(0))
            }
            vm.prank(HOLDER);
            (bool accepted, ) = address(grants).call(wide);
            assertTrue(!accepted, "accepted");
        }
        vm.prank(HOLDER);
        (bool usualAccepted, ) = address(grants).call(call);
        assertTrue(usualAccepted, "the same call without such a time");
    }

    /// @dev There: an unlocked grant could not be ended because a sibling was locked.
    function test_fault_grantStuckBehindALockedSibling() public {
        IAccessGrants.GrantRequest memory locked = usual();
        locked.lockedUntil = uint64(NOW) + TEN_YEARS;
        locked.purpose = PURPOSE + 1;
        grant(locked);
        grant(usual());
        revoke();
        assertTrue(!grants.canRead(credential, GRANTEE, PURPOSE), "revoked");
        assertTrue(grants.canRead(credential, GRANTEE, PURPOSE + 1), "sibling");
    }

    /// @dev There: a delete that matched nothing succeeded.
    function test_fault_revokeThatMatchesNothingSucceeds() public {
        grant(usual());
        IAccessGrants.RevokeRequest memory request = revocation();
        request.purpose = PURPOSE + 1;
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotFound, (toGrantId(credential, GRANTEE, request.purpose))));
        vm.prank(HOLDER);
        grants.revoke(request);
    }

    /// @dev There: ("0", 0x0) matched everything.
    function test_fault_zeroesWipeEverything() public {
        grant(usual());
        IAccessGrants.RevokeRequest memory nothing;
        GrantId named = toGrantId(toCredentialRef(HOLDER, address(0), 0), address(0), 0);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotFound, (named)));
        vm.prank(HOLDER);
        grants.revoke(nothing);
        assertState(GrantState.ACTIVE);
    }

    /// @dev There: revoking erased the grant, and with it what the law asks to keep.
    function test_fault_revokeErases() public {
        grant(usual());
        vm.warp(NOW + 1);
        revoke();
        assertEq(terms().grantedAt, NOW, "grantedAt");
        assertEq(terms().expiresAt, NOW + 2 * YEAR, "expiresAt");
        assertState(GrantState.RETAINED);
    }

    /// @dev There: nothing expired.
    function test_fault_nothingExpires() public {
        grant(usual());
        vm.warp(NOW + 2 * YEAR);
        assertTrue(!grants.canRead(credential, GRANTEE, PURPOSE), "canRead");
    }

    /// @dev There: the grantee was bound to keep access.
    function test_fault_granteeCannotGiveAccessUp() public {
        grant(usual());
        release();
        assertState(GrantState.ENDED);
    }

    /// @dev There: one of two ways of asking stayed true after a revocation. `assertState` asks all of them.
    function testFuzz_fault_aViewStaysTrueAfterTheEnd(uint256 revokedAfter, uint256 askedAfter) public {
        grant(usual());
        uint256 end = NOW + between(revokedAfter, 0, 2 * uint256(YEAR) - 1);
        vm.warp(end);
        revoke();
        uint256 asked = end + between(askedAfter, 0, 10 * uint256(YEAR));
        vm.warp(asked);
        assertState(asked < end + 5 * YEAR ? GrantState.RETAINED : GrantState.ENDED);
    }
}
