// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../../contracts/types/GrantId.sol";
import {Errors} from "./Errors.sol";
import {Model, Terms} from "./Model.sol";
import {World} from "./World.sol";

/// @notice Random acts of everybody, each foretold by the model. A call that ends otherwise than foretold, in success or in
/// its very error, reverts, and the run fails.
contract Handler is World {
    using Model for Terms;

    constructor(IAccessGrants grants_) World(grants_) {}

    function holderGrants(uint256 seed) external {
        grantAs(indexOf(seed), requestFor(begin(seed), seed));
    }

    function holderGrantsTwoAtOnce(uint256 seed) external {
        Grant storage g = begin(seed);
        IAccessGrants.GrantRequest[] memory batch = new IAccessGrants.GrantRequest[](2);
        batch[0] = requestFor(g, seed);
        (Terms memory next, bytes memory failure) = g.terms.granted(g.id, g.holder, batch[0], time);
        batch[1] = anyRequest(uint256(keccak256(abi.encode(seed))), next, time);
        (batch[1].grantee, batch[1].purpose) = (g.grantee, g.purpose);
        Terms memory last;
        if (failure.length == 0) (last, failure) = next.granted(g.id, g.holder, batch[1], time);
        act(g.holder, abi.encodeCall(grants.grantBatch, (batch)), failure);
        if (failure.length != 0) return;
        changed(indexOf(seed), next);
        changed(indexOf(seed), last);
    }

    /// @dev With the number that is due, or one beside it; in time, or a second late.
    function holderGrantsBySignature(uint256 seed, uint8 numberOff, bool late) external {
        Grant storage g = begin(seed);
        IAccessGrants.GrantRequest memory request = requestFor(g, seed);
        uint16 number = uint16(g.terms.sequence) + (numberOff % 8 == 0 ? 1 : 0);
        uint64 deadline = uint64(time) - (late ? 1 : 0);
        bytes32 digest = grantDigest(
            SigningDomain(block.chainid, address(grants)),
            g.holder,
            request,
            number,
            deadline
        );
        (Terms memory next, bytes memory failure) = (g.terms, unfit(g, number, deadline));
        // A stranger's credential is another grant: where the request names none of these, number 0 may be due.
        if (request.grantee != g.grantee || request.issuer != ISSUER || request.seal != SEAL) return;
        if (request.purpose != g.purpose) return;
        if (failure.length == 0) (next, failure) = g.terms.granted(g.id, g.holder, request, time);
        bytes memory signature = signed(g.key, digest);
        act(STRANGER, abi.encodeCall(grants.grantWithSig, (g.holder, request, number, deadline, signature)), failure);
        if (failure.length == 0) changed(indexOf(seed), next);
    }

    function holderRevokes(uint256 seed) public {
        Grant storage g = begin(seed);
        (Terms memory next, bytes memory failure) = g.terms.revoked(g.id, time);
        act(g.holder, abi.encodeCall(grants.revoke, (revocationOf(g))), failure);
        if (failure.length == 0) changed(indexOf(seed), next);
    }

    function holderRevokesBoth(uint256 seed) external {
        Grant storage g = begin(seed);
        Grant storage sibling = siblingOf(indexOf(seed));
        IAccessGrants.RevokeRequest[] memory batch = new IAccessGrants.RevokeRequest[](2);
        (batch[0], batch[1]) = (revocationOf(g), revocationOf(sibling));
        // What has ended is passed over; what never was is not.
        (Terms memory next, bytes memory over) = g.terms.revoked(g.id, time);
        bytes memory failure = g.terms.grantedAt == 0 ? over : bytes("");
        Terms memory other = sibling.terms;
        // What was granted onward under the first ends with it.
        bool child = other.has(Model.GRANTED_ONWARD_FLAG) && !sibling.parentPeriodOver;
        if (over.length == 0 && child) other.parentEnd = next.activeEnd();
        bytes memory otherOver;
        (other, otherOver) = other.revoked(sibling.id, time);
        if (failure.length == 0 && sibling.terms.grantedAt == 0) failure = otherOver;
        if (failure.length == 0 && over.length != 0 && otherOver.length != 0)
            failure = abi.encodeCall(Errors.AccessGrantsNothingEnded, (2));
        bytes memory data = abi.encodeCall(grants.revokeBatch, (batch));
        if (failure.length != 0) return act(g.holder, data, failure);
        answer(g.holder, data, abi.encode((over.length == 0 ? 1 : 0) + (otherOver.length == 0 ? 1 : 0)));
        if (over.length == 0) changed(indexOf(seed), next);
        if (otherOver.length == 0) changed(indexOf(seed) ^ 2, other);
    }

    function holderRevokesBySignature(uint256 seed, uint8 numberOff, bool late) external {
        Grant storage g = begin(seed);
        uint16 number = uint16(g.terms.sequence) + (numberOff % 8 == 0 ? 1 : 0);
        uint64 deadline = uint64(time) - (late ? 1 : 0);
        IAccessGrants.RevokeRequest memory r = revocationOf(g);
        bytes32 digest = revokeDigest(SigningDomain(block.chainid, address(grants)), g.holder, r, number, deadline);
        (Terms memory next, bytes memory failure) = (g.terms, unfit(g, number, deadline));
        if (failure.length == 0) (next, failure) = g.terms.revoked(g.id, time);
        bytes memory signature = signed(g.key, digest);
        act(STRANGER, abi.encodeCall(grants.revokeWithSig, (g.holder, r, number, deadline, signature)), failure);
        if (failure.length == 0) changed(indexOf(seed), next);
    }

    function holderRevokesEverywhere(uint256 seed, uint256 ago) external {
        Grant storage g = begin(seed);
        uint64 issuedAt = uint64(time) + 1 - uint64(ago % 4 == 0 ? ago % 1000 : ago % 3);
        IAccessGrants.RevokeRequest memory r = revocationOf(g);
        bytes32 digest = revokeEverywhereDigest(SigningDomain(0, address(grants)), g.holder, r, issuedAt);
        bytes memory signature = signed(g.key, digest);
        bytes memory data = abi.encodeCall(grants.revokeEverywhereWithSig, (g.holder, r, issuedAt, signature));
        if (issuedAt > time)
            return act(STRANGER, data, abi.encodeCall(Errors.AccessGrantsIssuedInFuture, (issuedAt, time)));
        (Terms memory next, bytes memory failure) = g.terms.revoked(g.id, time);
        // What was granted onward was allowed when the period of the parent began.
        uint256 allowedAt = g.terms.has(Model.GRANTED_ONWARD_FLAG) ? g.parentGrantedAt : g.terms.grantedAt;
        bool ends = failure.length == 0 && allowedAt <= issuedAt;
        answer(STRANGER, data, abi.encode(ends));
        if (ends) changed(indexOf(seed), next);
    }

    function holderCancels(uint256 seed) external {
        Grant storage g = begin(seed);
        IAccessGrants.CancelRequest memory r = IAccessGrants.CancelRequest(ISSUER, SEAL, g.grantee, g.purpose);
        (Terms memory next, bytes memory failure) = g.terms.cancelled(g.id);
        act(g.holder, abi.encodeCall(grants.cancelSignatures, (r)), failure);
        if (failure.length == 0) changed(indexOf(seed), next);
    }

    function granteeReleases(uint256 seed) external {
        Grant storage g = begin(seed);
        (Terms memory next, bytes memory failure) = g.terms.released(g.id, time);
        act(g.grantee, abi.encodeCall(grants.release, (releaseOf(g))), failure);
        if (failure.length != 0) return;
        changed(indexOf(seed), next);
        g.promised = 0;
    }

    function granteeGrantsOnward(uint256 seed) external {
        begin(seed);
        onwardAs(indexOf(seed), seed);
    }

    /// @dev Where one institution relies on it already, any other is one too many.
    function granteeGrantsAnotherOnward(uint256 seed) external {
        Grant storage g = begin(seed);
        IAccessGrants.GrantRequest memory r = usual();
        (r.grantee, r.purpose, r.expiresAt) = (STRANGER, g.purpose, 0);
        Terms memory none;
        GrantId id = toGrantId(toCredentialRef(g.holder, ISSUER, SEAL), STRANGER, g.purpose);
        address[2] memory by = [g.holder, g.grantee];
        (, bytes memory failure) = none.grantedOnward(id, g.terms, g.id, by, r, time, false);
        // The first would be none of those that are looked at.
        if (failure.length != 0) act(g.grantee, abi.encodeCall(grants.grantOnward, (g.holder, r)), failure);
    }

    function granteeRevokesOnward(uint256 seed) external {
        Grant storage g = begin(seed);
        address grantor = siblingOf(indexOf(seed)).grantee;
        (Terms memory next, bytes memory failure) = g.terms.revoked(g.id, time);
        if (!g.terms.has(Model.GRANTED_ONWARD_FLAG))
            failure = abi.encodeCall(Errors.AccessGrantsNotGrantor, (g.id, grantor));
        act(grantor, abi.encodeCall(grants.revokeOnward, (g.holder, revocationOf(g))), failure);
        if (failure.length == 0) changed(indexOf(seed), next);
    }

    function authorityHolds(uint256 seed, uint8 number_, uint64 length) public {
        Grant storage g = begin(seed);
        uint256 number = number_ % AUTHORITIES;
        uint64 until = seed % 4 == 0 ? anyTime(length, time, time + Model.FIVE_YEARS) : uint64(time + (length % YEAR));
        uint256 own = g.heldUntil[number] > time ? g.heldUntil[number] : 0;
        (uint256 others, uint256 othersUntil) = othersHold(g, number);
        (Terms memory next, bytes memory failure) = g.terms.held(g.id, until, time, own, others, othersUntil);
        if (number == SUSPENDED) failure = abi.encodeCall(Errors.AccessGrantsNotAuthority, (authority(number)));
        IAccessGrants.HoldRequest memory r = IAccessGrants.HoldRequest(
            g.holder,
            ISSUER,
            SEAL,
            g.grantee,
            g.purpose,
            until,
            CONTEXT
        );
        act(authority(number), abi.encodeCall(grants.hold, (r)), failure);
        if (failure.length != 0) return;
        g.heldUntil[number] = until;
        changed(indexOf(seed), next);
    }

    function authorityLifts(uint256 seed, uint8 number_) external {
        Grant storage g = begin(seed);
        uint256 number = number_ % AUTHORITIES;
        uint256 own = g.heldUntil[number] > time ? g.heldUntil[number] : 0;
        (, uint256 othersUntil) = othersHold(g, number);
        (Terms memory next, bytes memory failure) = g.terms.lifted(g.id, authority(number), own, othersUntil);
        IAccessGrants.LiftRequest memory r = IAccessGrants.LiftRequest(
            g.holder,
            ISSUER,
            SEAL,
            g.grantee,
            g.purpose,
            CONTEXT
        );
        act(authority(number), abi.encodeCall(grants.liftHold, (r)), failure);
        if (failure.length != 0) return;
        g.heldUntil[number] = 0;
        changed(indexOf(seed), next);
    }

    /// @dev Rare by chance: as many holds as there can be, and one more.
    function everyAuthorityHolds(uint256 seed, uint64 length) external {
        for (uint8 number = 0; number < AUTHORITIES; ++number) authorityHolds(seed | 3, number, (length >> 8) + number);
    }

    /// @dev Rare by chance: a grantee that may grant onward does, its period ends, and another begins.
    function parentBeginsAnew(uint256 seed, bool atOnce) external {
        Grant storage parent = begin(seed);
        IAccessGrants.GrantRequest memory r = usual();
        (r.grantee, r.purpose) = (parent.grantee, parent.purpose);
        (r.expiresAt, r.retention, r.lockedUntil) = (0, TEN_YEARS, uint64(time) + TEN_YEARS);
        r.allowOnward = true;
        grantAs(indexOf(seed), r);
        time += 1 + ((seed >> 8) % 3);
        vm.warp(time);
        remember();
        onwardAs(indexOf(seed) ^ 2, seed);
        holderRevokes(seed);
        if (!atOnce) {
            time += (seed >> 16) % 3;
            vm.warp(time);
            remember();
        }
        grantAs(indexOf(seed), r);
    }

    /// @dev Whatever a stranger does, no grant of `all` changes: the invariants see to it.
    function strangerTries(uint256 seed, address stranger, uint256 act_) external {
        Grant storage g = begin(seed);
        for (uint256 i = 0; i < 8; ++i) if (stranger == _all[i].holder || stranger == _all[i].grantee) return;
        for (uint256 i = 0; i < AUTHORITIES; ++i) if (stranger == authority(i)) return;
        IAccessGrants.GrantRequest memory r = requestFor(g, seed);
        bytes[10] memory acts = [
            abi.encodeCall(grants.grant, (r)),
            abi.encodeCall(grants.revoke, (revocationOf(g))),
            abi.encodeCall(grants.release, (releaseOf(g))),
            abi.encodeCall(grants.grantOnward, (g.holder, r)),
            abi.encodeCall(grants.revokeOnward, (g.holder, revocationOf(g))),
            abi.encodeCall(grants.cancelSignatures, (IAccessGrants.CancelRequest(ISSUER, SEAL, g.grantee, g.purpose))),
            abi.encodeCall(
                grants.hold,
                (IAccessGrants.HoldRequest(g.holder, ISSUER, SEAL, g.grantee, g.purpose, uint64(time) + 1, CONTEXT))
            ),
            abi.encodeCall(
                grants.liftHold,
                (IAccessGrants.LiftRequest(g.holder, ISSUER, SEAL, g.grantee, g.purpose, CONTEXT))
            ),
            abi.encodeCall(
                grants.grantWithSig,
                (g.holder, r, uint16(g.terms.sequence), uint64(time), signed(3 + (act_ >> 8), keccak256("x")))
            ),
            abi.encodeCall(grants.revokeEverywhereWithSig, (g.holder, revocationOf(g), uint64(time), new bytes(65)))
        ];
        vm.prank(stranger);
        (bool done, ) = address(grants).call(acts[act_ % 10]);
        done;
    }

    function timePasses(uint256 seed) external {
        Grant storage g = begin(seed);
        uint256 kind = (seed >> 8) % 5;
        if (kind == 0) time += (seed >> 16) % 3;
        if (kind == 1) time += (seed >> 16) % (YEAR / 2);
        // To the next boundary of the grant, or a second before it, unless that is never.
        uint256 boundary =
            kind == 2
                ? g.terms.activeEnd()
                : kind == 3
                    ? g.terms.notBefore
                    : g.terms.accessEnd();
        if (kind >= 2 && boundary > time && boundary < time + 12 * uint256(YEAR)) time = boundary - ((seed >> 16) % 2);
        remember();
    }

    function grantAs(uint256 index, IAccessGrants.GrantRequest memory request) private {
        Grant storage g = _all[index];
        (Terms memory next, bytes memory failure) = g.terms.granted(g.id, g.holder, request, time);
        act(g.holder, abi.encodeCall(grants.grant, (request)), failure);
        if (failure.length == 0) changed(index, next);
    }

    function onwardAs(uint256 index, uint256 seed) private {
        Grant storage g = _all[index];
        Grant storage parent = siblingOf(index);
        IAccessGrants.GrantRequest memory r = requestFor(g, seed);
        if (r.grantee != g.grantee || r.issuer != ISSUER || r.seal != SEAL || r.purpose != g.purpose) return;
        r.allowOnward = seed % 61 == 0;
        // Within the parent's terms more often than not.
        if (seed % 5 != 0) withinParent(r, parent.terms);
        bool own = g.terms.has(Model.GRANTED_ONWARD_FLAG) && g.parentGrantedAt == parent.terms.grantedAt;
        (Terms memory next, bytes memory failure) = g.terms.grantedOnward(
            g.id,
            parent.terms,
            parent.id,
            [g.holder, parent.grantee],
            r,
            time,
            own
        );
        act(parent.grantee, abi.encodeCall(grants.grantOnward, (g.holder, r)), failure);
        if (failure.length != 0) return;
        (g.parentGrantedAt, g.parentPeriodOver) = (parent.terms.grantedAt, false);
        parent.terms.relying = g.grantee;
        changed(index, next);
    }

    /// @dev Three acts of four are about two grants that can be parent and child of each other.
    function indexOf(uint256 seed) private pure returns (uint256) {
        return
            seed % 4 == 0
                ? (seed >> 2) % 8
                : (seed >> 2) % 2 == 0
                    ? 0
                    : 2;
    }

    function begin(uint256 seed) private returns (Grant storage) {
        vm.warp(time);
        return _all[indexOf(seed)];
    }

    function requestFor(Grant storage g, uint256 seed) private view returns (IAccessGrants.GrantRequest memory r) {
        r = anyRequest(seed >> 3, g.terms, time);
        if (r.grantee == GRANTEE) r.grantee = g.grantee;
        if (r.grantee == HOLDER) r.grantee = g.holder;
        if (r.purpose != 0) r.purpose = g.purpose;
    }

    function withinParent(IAccessGrants.GrantRequest memory r, Terms memory parent) private pure {
        if (parent.expiresAt != 0 && (r.expiresAt == 0 || r.expiresAt > parent.expiresAt))
            r.expiresAt = uint64(parent.expiresAt);
        r.lockedUntil = uint64(Model.earliest(r.lockedUntil, parent.lockedUntil));
        r.retention = uint64(Model.earliest(r.retention, parent.retention));
    }

    function revocationOf(Grant storage g) private view returns (IAccessGrants.RevokeRequest memory r) {
        r = revocation();
        (r.grantee, r.purpose) = (g.grantee, g.purpose);
    }

    function releaseOf(Grant storage g) private view returns (IAccessGrants.ReleaseRequest memory r) {
        r = giveUp();
        (r.holder, r.purpose) = (g.holder, g.purpose);
    }

    /// @dev What is wrong with a signature before anybody looks at what it signs.
    function unfit(Grant storage g, uint16 number, uint64 deadline) private view returns (bytes memory) {
        if (deadline < time) return abi.encodeCall(Errors.AccessGrantsSignatureExpired, (deadline, time));
        if (number != g.terms.sequence)
            return abi.encodeCall(Errors.AccessGrantsStaleSequence, (g.id, number, uint16(g.terms.sequence)));
        return "";
    }

    function act(address caller, bytes memory data, bytes memory failure) private {
        vm.prank(caller);
        (bool done, bytes memory answer_) = address(grants).call(data);
        assertEq(keccak256(answer_), keccak256(failure), "not the answer that was foretold");
        assertEq(done, failure.length == 0, "not the outcome that was foretold");
    }

    function answer(address caller, bytes memory data, bytes memory expected) private {
        vm.prank(caller);
        (bool done, bytes memory answer_) = address(grants).call(data);
        assertTrue(done, "refused");
        assertEq(keccak256(answer_), keccak256(expected), "not the answer that was foretold");
    }
}
