// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {AUTHORITY} from "../../contracts/interfaces/IEntityRegistry.sol";
import {CredentialRef, toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../contracts/types/GrantId.sol";
import {GrantRecord} from "../../contracts/types/GrantRecord.sol";
import {Handler} from "./support/Handler.sol";
import {Model, Terms} from "./support/Model.sol";
import {Product} from "./support/Product.sol";
import {Vm} from "./support/Test.sol";
import {World} from "./support/World.sol";

/// @notice The events rebuild everything: whoever reads nothing but the logs of a random run has, in a model that knows
/// nothing else, what every view of the contract answers, now and later.
contract ReplayTest is Product {
    using Model for Terms;

    struct Known {
        bytes32 record;
        bytes32 parent;
        uint256 parentGrantedAt;
        uint256 holdUntil;
        address[] authorities;
        mapping(address authority => uint256 until) heldUntil;
        /// When each period that has begun ends, by its beginning.
        mapping(uint256 grantedAt => uint256 activeEnd) ends;
        /// To whom it was passed on in each of them, and whether an act ended that.
        mapping(uint256 grantedAt => address) relying;
        mapping(uint256 grantedAt => bool) over;
    }

    IAccessGrants private grants;
    Handler private handler;
    mapping(bytes32 id => Known) private _known;

    function setUp() public {
        grants = deployAccessGrants();
        handler = new Handler(grants);
        for (uint256 i = 0; i < 6; ++i) registerEntity(handler.authority(i), AUTHORITY);
        entities.suspend(handler.authority(5), 0);
    }

    function testFuzz_theLogsAloneTellWhatEveryViewTells(uint256 seed) public {
        vm.recordLogs();
        for (uint256 i = 0; i < 40; ++i) anyAct(uint256(keccak256(abi.encode(seed, i))));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) if (logs[i].emitter == address(grants)) learn(logs[i]);

        World.Grant[] memory all = handler.all();
        uint256 time = handler.time();
        for (uint256 later = 0; later < 4; ++later) {
            vm.warp(time);
            for (uint256 i = 0; i < all.length; ++i) compare(all[i].id, time);
            time += uint256(keccak256(abi.encode(seed, later))) % (3 * 365 days);
        }
    }

    function anyAct(uint256 random) private {
        uint256 kind = (random >> 128) % 13;
        if (kind < 2) handler.holderGrants(random);
        if (kind == 2) handler.holderRevokes(random);
        if (kind == 3) handler.granteeReleases(random);
        if (kind == 4) handler.granteeGrantsOnward(random);
        if (kind == 5) handler.granteeRevokesOnward(random);
        if (kind == 6) handler.everyAuthorityHolds(random, uint64(random >> 32));
        if (kind == 7) handler.authorityLifts(random, uint8(random >> 32));
        if (kind == 8) handler.holderCancels(random);
        if (kind == 9) handler.parentBeginsAnew(random, random % 2 == 0);
        if (kind == 10) handler.holderRevokesEverywhere(random, random >> 8);
        if (kind == 11) handler.timePasses(random);
        if (kind == 12) handler.granteeGrantsAnotherOnward(random);
    }

    function learn(Vm.Log memory log) private {
        (address issuer, bytes32 seal, uint16 purpose) = abi.decode(log.data, (address, bytes32, uint16));
        address holder = address(uint160(uint256(log.topics[2])));
        CredentialRef credential = toCredentialRef(holder, issuer, seal);
        assertEq(CredentialRef.unwrap(credential), log.topics[1], "credential");
        GrantId id = toGrantId(credential, address(uint160(uint256(log.topics[3]))), purpose);
        Known storage known = _known[GrantId.unwrap(id)];
        bytes32 kind = log.topics[0];
        uint256 last = log.data.length / 32 - 1;
        bool counted =
            kind == IAccessGrants.Held.selector ||
                kind == IAccessGrants.HoldLifted.selector ||
                kind == IAccessGrants.SignaturesCancelled.selector;
        known.record = wordOf(log.data, counted ? 3 : 4);
        if (kind == IAccessGrants.GrantedOnward.selector) {
            address grantor = address(uint160(uint256(wordOf(log.data, 6))));
            known.parent = GrantId.unwrap(toGrantId(credential, grantor, purpose));
            known.parentGrantedAt = uint256(wordOf(log.data, 7));
            learnReliance(known, address(uint160(uint256(log.topics[3]))));
        } else if (known.parent != 0 && !counted) {
            // Whatever else of holder, grantor or grantee ends it, or makes it the holder's own.
            _known[known.parent].over[known.parentGrantedAt] = true;
        }
        if (kind == IAccessGrants.Held.selector || kind == IAccessGrants.HoldLifted.selector) {
            address authority = address(uint160(uint256(wordOf(log.data, 4))));
            bool placed = kind == IAccessGrants.Held.selector;
            known.authorities.push(authority);
            known.heldUntil[authority] = placed ? uint256(wordOf(log.data, 5)) : 0;
            known.holdUntil = uint256(wordOf(log.data, last));
        }
        Terms memory t = Model.decode(known.record);
        if (!t.has(8) && t.grantedAt != 0) known.ends[t.grantedAt] = t.activeEnd();
    }

    /// @dev One institution in each period, and not again after an act.
    function learnReliance(Known storage known, address grantee) private {
        Known storage parent = _known[known.parent];
        address before = parent.relying[known.parentGrantedAt];
        assertTrue(before == address(0) || before == grantee, "a second institution");
        assertTrue(!parent.over[known.parentGrantedAt], "again after an act ended it");
        parent.relying[known.parentGrantedAt] = grantee;
    }

    function compare(GrantId id, uint256 time) private view {
        Known storage known = _known[GrantId.unwrap(id)];
        Terms memory t = Model.decode(known.record);
        assertEq(GrantRecord.unwrap(grants.termsOf(id)), known.record, "record");
        (GrantId parent, uint40 parentGrantedAt) = grants.parentOf(id);
        assertEq(GrantId.unwrap(parent), t.has(8) ? known.parent : bytes32(0), "parent");
        assertEq(parentGrantedAt, t.has(8) ? known.parentGrantedAt : 0, "parent's period");
        assertEq(grants.relyingOf(id), known.relying[t.grantedAt], "relying");

        if (t.has(8)) {
            uint256 end = _known[known.parent].ends[known.parentGrantedAt];
            t.parentEnd = end == Model.NEVER ? 0 : end;
        }
        if (t.has(2)) t.holdUntil = known.holdUntil;
        assertEq(uint256(grants.stateOf(id)), uint256(t.state(time)), "state");

        IAccessGrants.Hold[] memory holds = grants.holdsOf(id);
        for (uint256 i = 0; i < holds.length; ++i)
            assertEq(holds[i].until, known.heldUntil[holds[i].authority], "hold");
        for (uint256 i = 0; i < known.authorities.length; ++i)
            if (known.heldUntil[known.authorities[i]] > time) assertTrue(among(holds, known.authorities[i]), "no hold");
    }

    function among(IAccessGrants.Hold[] memory holds, address authority) private pure returns (bool found) {
        for (uint256 i = 0; i < holds.length; ++i) if (holds[i].authority == authority) found = true;
    }

    function wordOf(bytes memory data, uint256 index) private pure returns (bytes32 word) {
        for (uint256 i = 0; i < 32; ++i) word |= bytes32(data[32 * index + i]) >> (8 * i);
    }
}
