// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../contracts/types/GrantId.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Fixture} from "./support/Fixture.sol";
import {Model, Terms} from "./support/Model.sol";
import {Vm} from "./support/Test.sol";

/// @notice The one state variable is the record of each grant. Its properties, for any record there can be before and any
/// argument:
/// - who alone can change it: the holder by granting and revoking, the grantee by releasing;
/// - the effect: what the documentation says (`support/Model.sol`), or its very error;
/// - nothing else changed: one storage word at most, one event at most, no other grant.
contract PropertiesTest is Fixture {
    using Model for Terms;

    /// @dev Any record that can come about, at the time NOW, in any state.
    function anyRecord(uint256 seed) private pure returns (Terms memory t) {
        uint256[8] memory random;
        for (uint256 i = 0; i < 8; ++i) random[i] = uint256(keccak256(abi.encode(seed, i)));
        if (random[0] % 8 == 0) return t; // never granted
        t.grantedAt = NOW - near(random[0] >> 8, 12 * uint256(YEAR));
        t.notBefore = t.grantedAt + (random[1] % 2 == 0 ? 0 : near(random[1] >> 8, YEAR));
        if (random[2] % 2 == 0) t.expiresAt = t.notBefore + 1 + near(random[2] >> 8, 12 * uint256(YEAR));
        if (random[3] % 2 == 0) t.lockedUntil = t.grantedAt + near(random[3] >> 8, TEN_YEARS);
        if (random[4] % 2 == 0) t.retention = near(random[4] >> 8, TEN_YEARS);
        if (random[5] % 3 == 0) t.revokedAt = between(random[5] >> 8, t.grantedAt, NOW);
        if (t.expiresAt != 0 && t.revokedAt > t.expiresAt) t.revokedAt = 0;
        if (t.revokedAt != 0 && random[6] % 3 == 0) (t.flags, t.lockedUntil, t.retention) = (1, 0, 0);
        t.sequence = random[7] % 8 == 0 ? between(random[7] >> 8, 65_530, 65_535) : between(random[7] >> 8, 1, 65_535);
    }

    /// @dev Up to `most`, and often close to nothing, so that boundaries meet.
    function near(uint256 seed, uint256 most) private pure returns (uint256) {
        return seed % 3 == 0 ? (seed >> 8) % 3 : (seed >> 8) % (most + 1);
    }

    function testFuzz_grantingDoesWhatTheDocumentationSays(uint256 seed) public {
        Terms memory before = anyRecord(seed);
        put(before);
        IAccessGrants.GrantRequest memory request = anyRequest(seed, before, NOW);
        (Terms memory expected, bytes memory failure) = before.granted(id, HOLDER, request, NOW);
        assertAct(HOLDER, abi.encodeCall(grants.grant, (request)), expected, failure);
    }

    function testFuzz_grantingFromRawArgumentsDoesWhatTheDocumentationSays(
        uint256 seed,
        uint64 notBefore,
        uint64 expiresAt,
        uint64 lockedUntil,
        uint64 retention
    ) public {
        Terms memory before = anyRecord(seed);
        put(before);
        IAccessGrants.GrantRequest memory request = usual();
        (request.notBefore, request.expiresAt) = (notBefore, expiresAt);
        (request.lockedUntil, request.retention) = (lockedUntil, retention);
        (Terms memory expected, bytes memory failure) = before.granted(id, HOLDER, request, NOW);
        assertAct(HOLDER, abi.encodeCall(grants.grant, (request)), expected, failure);
    }

    function testFuzz_revokingDoesWhatTheDocumentationSays(uint256 seed) public {
        Terms memory before = anyRecord(seed);
        put(before);
        (Terms memory expected, bytes memory failure) = before.revoked(id, NOW);
        assertAct(HOLDER, abi.encodeCall(grants.revoke, (revocation())), expected, failure);
    }

    function testFuzz_releasingDoesWhatTheDocumentationSays(uint256 seed) public {
        Terms memory before = anyRecord(seed);
        put(before);
        (Terms memory expected, bytes memory failure) = before.released(id, NOW);
        assertAct(GRANTEE, abi.encodeCall(grants.release, (giveUp())), expected, failure);
        if (failure.length == 0) assertState(GrantState.ENDED);
    }

    function testFuzz_viewsFollowTheRuleForEveryRecordAndTime(bytes32 word, uint64 time) public {
        Terms memory t = Model.decode(word);
        put(t);
        vm.warp(time);
        assertTerms(t);
        assertState(t.state(time));
    }

    /// @dev Who alone can change it: nobody but the holder revokes, whoever asks and whatever he names.
    function testFuzz_onlyTheHolderGrantsAndRevokes(uint256 seed, address caller, address issuer, bytes32 seal) public {
        vm.assume(caller != HOLDER);
        Terms memory before = anyRecord(seed);
        put(before);
        IAccessGrants.GrantRequest memory request = anyRequest(seed, before, NOW);
        if (seed % 2 == 0) (request.issuer, request.seal) = (issuer, seal);
        callAs(caller, abi.encodeCall(grants.grant, (request)));
        IAccessGrants.RevokeRequest memory revocation_ = revocation();
        if (seed % 2 == 0) (revocation_.issuer, revocation_.seal) = (issuer, seal);
        callAs(caller, abi.encodeCall(grants.revoke, (revocation_)));
        assertTerms(before);
    }

    /// @dev Who alone can change it: nobody but the grantee releases, not the holder either.
    function testFuzz_onlyTheGranteeReleases(uint256 seed, address caller, address holder, bytes32 seal) public {
        vm.assume(caller != GRANTEE);
        if (seed % 4 == 0) caller = HOLDER;
        Terms memory before = anyRecord(seed);
        put(before);
        IAccessGrants.ReleaseRequest memory request = giveUp();
        if (seed % 2 == 0) (request.holder, request.seal) = (holder, seal);
        callAs(caller, abi.encodeCall(grants.release, (request)));
        assertTerms(before);
    }

    /// @dev Nothing else changed: another holder, issuer, seal, grantee or purpose is another grant.
    function testFuzz_noOtherGrantIsTouched(
        address holder,
        address issuer,
        bytes32 seal,
        address grantee,
        uint16 purpose
    ) public {
        GrantId other = toGrantId(toCredentialRef(holder, issuer, seal), grantee, purpose);
        vm.assume(GrantId.unwrap(other) != GrantId.unwrap(id));
        grant(usual());
        revoke();
        release();
        assertEq(GrantRecord.unwrap(grants.termsOf(other)), 0, "other grant");
    }

    /// @dev No act of the holder ends record keeping before what was agreed, once the grantee could read.
    function testFuzz_noActOfTheHolderCutsRecordKeepingShort(uint256 seed, uint8 acts) public {
        Terms memory t = anyRecord(seed);
        t.sequence = 1;
        put(t);
        GrantState state = t.state(NOW);
        vm.assume(state == GrantState.ACTIVE || state == GrantState.RETAINED);
        uint256 promised =
            state == GrantState.RETAINED ? t.accessEnd() : Model.latest(NOW + t.retention, t.lockedUntil);
        for (uint256 i = 0; i < acts % 4; ++i) {
            Terms memory now_ = terms();
            callAs(
                HOLDER,
                abi.encodeCall(grants.grant, (anyRequest(uint256(keccak256(abi.encode(seed, acts, i))), now_, NOW)))
            );
            if (i % 2 == 0) callAs(HOLDER, abi.encodeCall(grants.revoke, (revocation())));
        }
        assertTrue(terms().accessEnd() >= promised, "record keeping was cut short");
        for (uint256 i = 0; i < 8 && NOW < promised; ++i) {
            vm.warp(between(uint256(keccak256(abi.encode(seed, i))), NOW, promised - 1));
            if (i == 0) vm.warp(promised - 1);
            assertTrue(grants.canReadRecords(credential, GRANTEE, PURPOSE), "records out of reach");
        }
    }

    function callAs(address caller, bytes memory data) private returns (bool done, bytes memory answer) {
        vm.prank(caller);
        return address(grants).call(data);
    }

    /// @dev The call writes `expected` and nothing else and says so in one event, or fails with `failure` alone.
    function assertAct(address caller, bytes memory data, Terms memory expected, bytes memory failure) private {
        vm.record();
        vm.recordLogs();
        (bool done, bytes memory answer) = callAs(caller, data);
        (, bytes32[] memory writes) = vm.accesses(address(grants));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(keccak256(answer), keccak256(failure), "answer");
        assertEq(done, failure.length == 0, "done");
        if (!done) return;
        assertTerms(expected);
        assertEq(writes.length, 1, "words written");
        assertEq(logs.length, 1, "events");
        (, , , , bytes32 fifth, bytes32 sixth) = abi.decode(
            bytes.concat(logs[0].data, bytes32(0)),
            (address, bytes32, uint16, uint8, bytes32, bytes32)
        );
        assertEq(fifth, expected.encode(), "record in the event");
        assertTrue(sixth == 0 || sixth == CONTEXT, "context in the event");
    }
}
