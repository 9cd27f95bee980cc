// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {AUTHORITY} from "../../contracts/interfaces/IEntityRegistry.sol";
import {GrantId} from "../../contracts/types/GrantId.sol";
import {GRANTED_ONWARD, GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Handler} from "./support/Handler.sol";
import {Model, Terms} from "./support/Model.sol";
import {Product} from "./support/Product.sol";
import {World} from "./support/World.sol";

/// @notice What holds after every act of anyone, in any order and at any time.
contract InvariantsTest is Product {
    using Model for Terms;

    IAccessGrants private grants;
    Handler private handler;

    function setUp() public {
        grants = deployAccessGrants();
        handler = new Handler(grants);
        for (uint256 i = 0; i < 6; ++i) registerEntity(handler.authority(i), AUTHORITY);
        entities.suspend(handler.authority(5), 0);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Of the records, who alone changes them and to what: only the acts of those who may count in the model, so
    /// nobody else changed anything; and `sequence` is the number of changes, so each of them raised it by one.
    function invariant_everyRecordIsWhatThoseWhoMayMadeOfIt() public {
        vm.warp(handler.time());
        World.Grant[] memory all = handler.all();
        for (uint256 i = 0; i < all.length; ++i) {
            World.Grant memory g = all[i];
            assertEq(GrantRecord.unwrap(grants.termsOf(g.id)), g.terms.encode(), "record");
            assertEq(g.terms.sequence, g.changes, "sequence");
            assertEq(uint256(grants.stateOf(g.id)), uint256(g.terms.state(handler.time())), "state");
        }
    }

    /// @dev Of the holds: those that stand are those that authorities placed and did not lift.
    function invariant_everyHoldIsOneThatAnAuthorityPlaced() public {
        vm.warp(handler.time());
        World.Grant[] memory all = handler.all();
        for (uint256 i = 0; i < all.length; ++i) {
            IAccessGrants.Hold[] memory holds = grants.holdsOf(all[i].id);
            uint256 standing = 0;
            for (uint256 j = 0; j < 6; ++j) if (all[i].heldUntil[j] > handler.time()) ++standing;
            assertEq(holds.length, standing, "holds");
            for (uint256 j = 0; j < holds.length; ++j)
                assertEq(holds[j].until, all[i].heldUntil[uint160(holds[j].authority) - 0x7000], "until");
        }
    }

    /// @dev The effect that holds are for.
    function invariant_whatIsHeldCanBeRead() public {
        vm.warp(handler.time());
        World.Grant[] memory all = handler.all();
        for (uint256 i = 0; i < all.length; ++i) {
            if (grants.holdsOf(all[i].id).length == 0) continue;
            GrantState state = grants.stateOf(all[i].id);
            assertTrue(state == GrantState.ACTIVE || state == GrantState.RETAINED, "held, and out of reach");
        }
    }

    /// @dev Of the parents: what was granted onward is known to be, and may be read only while its parent may, in the very
    /// period in which it was granted.
    function invariant_nothingGrantedOnwardOutlivesItsParent() public {
        vm.warp(handler.time());
        World.Grant[] memory all = handler.all();
        for (uint256 i = 0; i < all.length; ++i) {
            (GrantId parent, uint40 grantedAt) = grants.parentOf(all[i].id);
            bool onward = grants.termsOf(all[i].id).flags() & GRANTED_ONWARD != 0;
            assertEq(GrantId.unwrap(parent), onward ? GrantId.unwrap(all[i ^ 2].id) : bytes32(0), "parent");
            assertEq(grantedAt, onward ? all[i].parentGrantedAt : 0, "parent's period");
            if (!onward || grants.stateOf(all[i].id) != GrantState.ACTIVE) continue;
            assertEq(uint256(grants.stateOf(parent)), uint256(GrantState.ACTIVE), "outlives its parent");
            assertEq(grants.termsOf(parent).grantedAt(), grantedAt, "outlives the period of its parent");
        }
    }

    /// @dev Of the periods: who relies on a grant is who it was passed on to in its present period, and nobody takes that
    /// place before the next one.
    function invariant_oneInstitutionReliesInEachPeriod() public view {
        World.Grant[] memory all = handler.all();
        for (uint256 i = 0; i < all.length; ++i) assertEq(grants.relyingOf(all[i].id), all[i].terms.relying, "relying");
    }

    /// @dev The effect that the whole rule is for.
    function invariant_recordKeepingIsNeverCutShortByTheHolder() public {
        vm.warp(handler.time());
        World.Grant[] memory all = handler.all();
        for (uint256 i = 0; i < all.length; ++i) {
            World.Grant memory g = all[i];
            if (g.promised <= handler.time()) continue;
            assertTrue(g.terms.accessEnd() >= g.promised, "ends before what was promised");
            GrantState state = grants.stateOf(g.id);
            assertTrue(state == GrantState.ACTIVE || state == GrantState.RETAINED, "records out of reach");
        }
    }
}
