// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {AUTHORITY} from "../../contracts/interfaces/IEntityRegistry.sol";
import {toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../contracts/types/GrantId.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Fixture} from "./support/Fixture.sol";
import {Model, Terms} from "./support/Model.sol";
import {Vm} from "./support/Test.sol";

/// @notice The properties of each state variable, for any record there can be before and any argument:
/// - the record (`_records`): the holder changes it by granting, revoking and cancelling, the grantee by releasing, a
///   grantee of the same credential and purpose by granting onward, an authority by holding; nobody else. The effect is
///   what the documentation says (`support/Model.sol`), or its very error. Nothing else changed: one word of it, one event;
/// - the holds (`_holds`): one word, of the authority that acts, by holding and lifting alone;
/// - the parent (`_parents`): two words, by granting onward alone;
/// - the periods (`_periods`): one word, by granting onward and by the new period of a grant that was, alone.
/// The runs of Invariants.t.sol show the same for any sequence of acts.
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
        uint256 kind = (random[6] >> 8) % 4; // of the holder's own, that may grant onward, granted onward
        if (kind == 1) (t.flags, t.relying) = (t.flags + 4, random[6] % 2 == 0 ? address(0) : STRANGER);
        if (kind == 2) (t.flags, t.parentEnd) = (t.flags + 8, t.notBefore + 1 + near(random[6] >> 16, YEAR));
        bool begun = t.notBefore < NOW;
        if (begun && (random[6] >> 128) % 3 == 0)
            (t.flags, t.holdUntil) = (t.flags + 2, NOW - 3 + near(random[6] >> 136, YEAR));
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
        assertAct(HOLDER, abi.encodeCall(grants.grant, (request)), expected, failure, pastEndWritten(before) ? 2 : 1);
    }

    /// @dev Of a grant that was passed on the end of the period is kept when the next one begins.
    function pastEndWritten(Terms memory before) private pure returns (bool) {
        GrantState state = before.state(NOW);
        bool passedOn = before.has(4) && before.relying != address(0);
        return passedOn && (state == GrantState.RETAINED || state == GrantState.ENDED);
    }

    function testFuzz_cancellingDoesWhatTheDocumentationSays(uint256 seed) public {
        Terms memory before = anyRecord(seed);
        put(before);
        (Terms memory expected, bytes memory failure) = before.cancelled(id);
        IAccessGrants.CancelRequest memory r = IAccessGrants.CancelRequest(ISSUER, SEAL, GRANTEE, PURPOSE);
        assertAct(HOLDER, abi.encodeCall(grants.cancelSignatures, (r)), expected, failure, 1);
    }

    function testFuzz_holdingDoesWhatTheDocumentationSays(uint256 seed, uint64 until, bool own) public {
        address authority = own ? COURT : STRANGER;
        registerEntity(authority, AUTHORITY);
        Terms memory before = anyRecord(seed);
        put(before);
        if (seed % 4 != 0) until = uint64(NOW - 1 + near(until, 2 * uint256(YEAR)));
        uint256 standing = before.holdUntil > NOW ? before.holdUntil : 0;
        (Terms memory expected, bytes memory failure) = before.held(
            id,
            until,
            NOW,
            own ? standing : 0,
            own || standing == 0 ? 0 : 1,
            own ? 0 : standing
        );
        IAccessGrants.HoldRequest memory r = IAccessGrants.HoldRequest(
            HOLDER,
            ISSUER,
            SEAL,
            GRANTEE,
            PURPOSE,
            until,
            CONTEXT
        );
        assertAct(authority, abi.encodeCall(grants.hold, (r)), expected, failure, 2);
    }

    function testFuzz_liftingDoesWhatTheDocumentationSays(uint256 seed, bool own) public {
        Terms memory before = anyRecord(seed);
        put(before);
        uint256 standing = before.holdUntil > NOW ? before.holdUntil : 0;
        address authority = own ? COURT : STRANGER;
        (Terms memory expected, bytes memory failure) = before.lifted(id, authority, own ? standing : 0, 0);
        IAccessGrants.LiftRequest memory r = IAccessGrants.LiftRequest(HOLDER, ISSUER, SEAL, GRANTEE, PURPOSE, CONTEXT);
        assertAct(authority, abi.encodeCall(grants.liftHold, (r)), expected, failure, 2);
    }

    function testFuzz_grantingOnwardDoesWhatTheDocumentationSays(uint256 seed, uint256 parentSeed) public {
        Terms memory before = anyRecord(seed);
        GrantId parentId = toGrantId(credential, STRANGER, PURPOSE);
        Terms memory parent = anyRecord(parentSeed);
        (parent.parentEnd, parent.holdUntil) = (0, 0);
        (parent.flags, parent.relying) = (parentSeed % 4 == 0 ? 0 : 4, [address(0), GRANTEE, COURT][parentSeed % 3]);
        bool own = putGrantedOnward(before, seed % 3, parentId, parent);
        IAccessGrants.GrantRequest memory r = anyRequest(seed, before, NOW);
        if (seed % 8 != 0) r.allowOnward = false;
        if (seed % 5 != 0) within(r, parent);
        (Terms memory expected, bytes memory failure) = before.grantedOnward(
            id,
            parent,
            parentId,
            [HOLDER, STRANGER],
            r,
            NOW,
            own
        );
        bytes memory call = abi.encodeCall(grants.grantOnward, (HOLDER, r));
        assertAct(STRANGER, call, expected, failure, pastEndWritten(before) ? 5 : 4);
        if (failure.length == 0) assertEq(grants.relyingOf(parentId), GRANTEE, "relying");
    }

    /// @dev Granted onward by another (0), by the owner of `parent` in another period (1), or in this one (2).
    function putGrantedOnward(
        Terms memory before,
        uint256 by,
        GrantId parentId,
        Terms memory parent
    ) private returns (bool own) {
        own = before.has(8) && by == 2;
        if (own) before.parentEnd = parent.activeEnd() == Model.NEVER ? 0 : parent.activeEnd();
        put(before);
        if (before.has(8) && by != 0) putParent(parentId, own ? parent.grantedAt : 1, own ? 0 : before.parentEnd);
        vm.store(address(grants), slot(parentId, 0), parent.encode());
        putPeriod(parentId, parent.grantedAt, 0, parent.relying);
    }

    function within(IAccessGrants.GrantRequest memory r, Terms memory parent) private pure {
        if (parent.expiresAt != 0 && (r.expiresAt == 0 || r.expiresAt > parent.expiresAt))
            r.expiresAt = uint64(parent.expiresAt);
        r.lockedUntil = uint64(Model.earliest(r.lockedUntil, parent.lockedUntil));
        r.retention = uint64(Model.earliest(r.retention, parent.retention));
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
        if (before.has(4)) request.allowOnward = true;
        (expected, failure) = before.granted(id, HOLDER, request, NOW);
        assertAct(HOLDER, abi.encodeCall(grants.grant, (request)), expected, failure, pastEndWritten(before) ? 2 : 1);
    }

    function testFuzz_revokingDoesWhatTheDocumentationSays(uint256 seed) public {
        Terms memory before = anyRecord(seed);
        put(before);
        (Terms memory expected, bytes memory failure) = before.revoked(id, NOW);
        assertAct(HOLDER, abi.encodeCall(grants.revoke, (revocation())), expected, failure, 1);
    }

    function testFuzz_releasingDoesWhatTheDocumentationSays(uint256 seed) public {
        Terms memory before = anyRecord(seed);
        put(before);
        (Terms memory expected, bytes memory failure) = before.released(id, NOW);
        assertAct(GRANTEE, abi.encodeCall(grants.release, (giveUp())), expected, failure, 1);
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
        // What parents and holds do to it, the invariants show.
        (t.flags, t.parentEnd, t.holdUntil) = (t.flags & 5, 0, 0);
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
    function assertAct(
        address caller,
        bytes memory data,
        Terms memory expected,
        bytes memory failure,
        uint256 words
    ) private {
        vm.record();
        vm.recordLogs();
        (bool done, bytes memory answer) = callAs(caller, data);
        (, bytes32[] memory writes) = vm.accesses(address(grants));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(keccak256(answer), keccak256(failure), "answer");
        assertEq(done, failure.length == 0, "done");
        if (!done) return;
        assertTerms(expected);
        assertEq(different(writes), words, "words written");
        assertEq(logs.length, 1, "events");
        assertEq(wordOf(logs[0].data, hasCode(logs[0].topics[0]) ? 4 : 3), expected.encode(), "record in the event");
        if (logs[0].topics[0] == IAccessGrants.Granted.selector)
            assertEq(wordOf(logs[0].data, 5), CONTEXT, "context in the event");
    }

    function different(bytes32[] memory slots) private pure returns (uint256 count) {
        for (uint256 i = 0; i < slots.length; ++i) {
            bool seen = false;
            for (uint256 j = 0; j < i; ++j) if (slots[j] == slots[i]) seen = true;
            if (!seen) ++count;
        }
    }

    /// @dev Whether a legal basis or a reason comes before the record.
    function hasCode(bytes32 topic) private pure returns (bool) {
        return
            topic != IAccessGrants.Held.selector &&
            topic != IAccessGrants.HoldLifted.selector &&
            topic != IAccessGrants.SignaturesCancelled.selector;
    }

    function wordOf(bytes memory data, uint256 index) private pure returns (bytes32 word) {
        for (uint256 i = 0; i < 32; ++i) word |= bytes32(data[32 * index + i]) >> (8 * i);
    }
}
