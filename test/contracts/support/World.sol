// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../../contracts/types/GrantId.sol";
import {GrantState} from "../../../contracts/types/GrantRecord.sol";
import {Model, Terms} from "./Model.sol";
import {Requests} from "./Requests.sol";
import {Signing} from "./Signing.sol";

/// @notice What the contract should hold: two holders with keys who share a seal, two grantees who can grant onward to each
/// other, two purposes, six authorities of which one is suspended, and time that passes.
abstract contract World is Signing, Requests {
    using Model for Terms;

    struct Grant {
        address holder;
        uint256 key;
        address grantee;
        uint16 purpose;
        GrantId id;
        /// What the contract should hold.
        Terms terms;
        /// How often it was changed.
        uint256 changes;
        /// Until when the holder promised record keeping, 0 if the grantee could not read or gave it up.
        uint256 promised;
        /// Of what was granted onward: when the period of the parent began, and whether that period is over for good.
        uint256 parentGrantedAt;
        bool parentPeriodOver;
        /// Until when each authority holds, by its number.
        uint256[6] heldUntil;
    }

    uint256 internal constant AUTHORITIES = 6;
    /// @dev The authority that is none any more when the run begins.
    uint256 internal constant SUSPENDED = 5;

    IAccessGrants internal immutable grants;

    Grant[] internal _all;
    uint256 public time = NOW;

    constructor(IAccessGrants grants_) {
        grants = grants_;
        for (uint160 i = 0; i < 8; ++i) {
            Grant storage g = _all.push();
            g.key = 1 + (i & 1);
            g.holder = vm.addr(g.key);
            (g.grantee, g.purpose) = (address(0x2002 + (i & 2)), 1 + uint16(i >> 2));
            g.id = toGrantId(toCredentialRef(g.holder, ISSUER, SEAL), g.grantee, g.purpose);
        }
    }

    function all() external view returns (Grant[] memory) {
        return _all;
    }

    function authority(uint256 number) public pure returns (address) {
        return address(uint160(0x7000 + number));
    }

    /// @dev The grant of the other grantee for the same credential and purpose: parent of what it grants onward.
    function siblingOf(uint256 index) internal view returns (Grant storage) {
        return _all[index ^ 2];
    }

    /// @dev The holds of everybody but `number` that stand: how many, and the latest.
    function othersHold(Grant storage g, uint256 number) internal view returns (uint256 count, uint256 until) {
        for (uint256 i = 0; i < AUTHORITIES; ++i) {
            if (i == number || g.heldUntil[i] <= time) continue;
            ++count;
            until = Model.latest(until, g.heldUntil[i]);
        }
    }

    /// @dev `sibling` may have been granted onward under `g`: what changes here, changes there.
    function changed(uint256 index, Terms memory next) internal {
        Grant storage g = _all[index];
        Grant storage sibling = siblingOf(index);
        bool begins = next.grantedAt != g.terms.grantedAt;
        if (begins && sibling.parentGrantedAt == g.terms.grantedAt) sibling.parentPeriodOver = true;
        g.terms = next;
        ++g.changes;
        if (sibling.terms.has(Model.GRANTED_ONWARD_FLAG) && !sibling.parentPeriodOver) {
            uint256 end = next.activeEnd();
            sibling.terms.parentEnd = end == Model.NEVER ? 0 : end;
        }
        remember();
    }

    /// @dev What is promised by now to each grantee that can read: the most that was ever promised counts.
    function remember() internal {
        for (uint256 i = 0; i < 8; ++i) {
            Grant storage g = _all[i];
            GrantState state = g.terms.state(time);
            if (state == GrantState.ACTIVE)
                g.promised = Model.latest(g.promised, Model.latest(time + g.terms.retention, g.terms.lockedUntil));
            if (state == GrantState.RETAINED) g.promised = Model.latest(g.promised, g.terms.agreedEnd());
        }
    }
}
