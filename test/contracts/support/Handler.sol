// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../../contracts/types/GrantId.sol";
import {GrantRecord, GrantState} from "../../../contracts/types/GrantRecord.sol";
import {Model, Terms} from "./Model.sol";
import {Requests} from "./Requests.sol";
import {Test} from "./Test.sol";

/// @notice Two holders who share a seal, two grantees, two purposes, strangers, and time that passes: random acts, each
/// foretold by the model. A call that ends otherwise than foretold, in success or in its very error, reverts, and the
/// run fails.
contract Handler is Test, Requests {
    using Model for Terms;

    struct Grant {
        address holder;
        address grantee;
        uint16 purpose;
        GrantId id;
        /// What the contract should hold.
        Terms terms;
        /// How often it was changed.
        uint256 changes;
        /// Until when the holder promised record keeping, 0 if the grantee could not read or gave it up.
        uint256 promised;
    }

    IAccessGrants private immutable grants;

    Grant[] private _all;
    uint256 public time = NOW;

    constructor(IAccessGrants grants_) {
        grants = grants_;
        for (uint160 i = 0; i < 8; ++i) {
            Grant storage g = _all.push();
            (g.holder, g.grantee, g.purpose) = (
                address(0x1001 + (i & 1)),
                address(0x2002 + (i & 2)),
                1 + uint16(i >> 2)
            );
            g.id = toGrantId(toCredentialRef(g.holder, ISSUER, SEAL), g.grantee, g.purpose);
        }
    }

    function all() external view returns (Grant[] memory) {
        return _all;
    }

    function recordOf(GrantId grant_) external view returns (GrantRecord) {
        return grants.termsOf(grant_);
    }

    function stateOf(GrantId grant_) external view returns (GrantState) {
        return grants.stateOf(grant_);
    }

    function holderGrants(uint256 seed) external {
        Grant storage g = begin(seed);
        IAccessGrants.GrantRequest memory request = requestFor(g, seed);
        (Terms memory next, bytes memory failure) = g.terms.granted(g.id, g.holder, request, time);
        act(g.holder, abi.encodeCall(grants.grant, (request)), failure);
        if (failure.length == 0) changed(g, next);
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
        changed(g, next);
        changed(g, last);
    }

    function holderRevokes(uint256 seed) external {
        Grant storage g = begin(seed);
        (Terms memory next, bytes memory failure) = g.terms.revoked(g.id, time);
        act(g.holder, abi.encodeCall(grants.revoke, (revocationOf(g))), failure);
        if (failure.length == 0) changed(g, next);
    }

    function granteeReleases(uint256 seed) external {
        Grant storage g = begin(seed);
        (Terms memory next, bytes memory failure) = g.terms.released(g.id, time);
        act(g.grantee, abi.encodeCall(grants.release, (releaseOf(g))), failure);
        if (failure.length != 0) return;
        changed(g, next);
        g.promised = 0;
    }

    /// @dev Whatever a stranger does, no grant of `all` changes: the invariants see to it.
    function strangerTries(uint256 seed, address stranger) external {
        Grant storage g = begin(seed);
        for (uint256 i = 0; i < 8; ++i) if (stranger == _all[i].holder || stranger == _all[i].grantee) return;
        IAccessGrants.GrantRequest memory request = requestFor(g, seed);
        vm.prank(stranger);
        try grants.grant(request) {} catch {}
        vm.prank(stranger);
        try grants.revoke(revocationOf(g)) {} catch {}
        vm.prank(stranger);
        try grants.release(releaseOf(g)) {} catch {}
    }

    function timePasses(uint256 seed) external {
        Grant storage g = begin(seed);
        uint256 kind = (seed >> 8) % 4;
        if (kind == 0) time += (seed >> 16) % 3;
        if (kind == 1) time += (seed >> 16) % (YEAR / 2);
        // To the next boundary of the grant, or a second before it, unless that is never.
        uint256 boundary = kind == 2 ? g.terms.activeEnd() : g.terms.notBefore;
        if (kind >= 2 && boundary > time && boundary < time + 12 * uint256(YEAR)) time = boundary - ((seed >> 16) % 2);
        remember();
    }

    function begin(uint256 seed) private returns (Grant storage) {
        vm.warp(time);
        return _all[seed % 8];
    }

    function requestFor(Grant storage g, uint256 seed) private view returns (IAccessGrants.GrantRequest memory r) {
        r = anyRequest(seed >> 3, g.terms, time);
        if (r.grantee == GRANTEE) r.grantee = g.grantee;
        if (r.grantee == HOLDER) r.grantee = g.holder;
        if (r.purpose != 0) r.purpose = g.purpose;
    }

    function revocationOf(Grant storage g) private view returns (IAccessGrants.RevokeRequest memory r) {
        r = revocation();
        (r.grantee, r.purpose) = (g.grantee, g.purpose);
    }

    function releaseOf(Grant storage g) private view returns (IAccessGrants.ReleaseRequest memory r) {
        r = giveUp();
        (r.holder, r.purpose) = (g.holder, g.purpose);
    }

    function act(address caller, bytes memory data, bytes memory failure) private {
        vm.prank(caller);
        (bool done, bytes memory answer) = address(grants).call(data);
        assertEq(keccak256(answer), keccak256(failure), "not the answer that was foretold");
        assertEq(done, failure.length == 0, "not the outcome that was foretold");
    }

    function changed(Grant storage g, Terms memory next) private {
        g.terms = next;
        ++g.changes;
        remember();
    }

    /// @dev What is promised by now to each grantee that can read: the most that was ever promised counts.
    function remember() private {
        for (uint256 i = 0; i < 8; ++i) {
            Grant storage g = _all[i];
            GrantState state = g.terms.state(time);
            if (state == GrantState.ACTIVE)
                g.promised = Model.latest(g.promised, Model.latest(time + g.terms.retention, g.terms.lockedUntil));
            if (state == GrantState.RETAINED) g.promised = Model.latest(g.promised, g.terms.accessEnd());
        }
    }
}
