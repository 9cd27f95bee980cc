// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {Handler} from "./support/Handler.sol";
import {Model, Terms} from "./support/Model.sol";
import {Product} from "./support/Product.sol";

/// @notice What holds after every act of anyone, in any order and at any time.
contract InvariantsTest is Product {
    using Model for Terms;

    Handler private handler;

    function setUp() public {
        handler = new Handler(deployAccessGrants());
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Only the holder's and the grantee's acts count in the model, so nobody else changed anything; and `sequence`
    /// is the number of changes, so each of them raised it by one.
    function invariant_everyGrantIsWhatItsHolderAndGranteeMadeOfIt() public {
        vm.warp(handler.time());
        Handler.Grant[] memory all = handler.all();
        for (uint256 i = 0; i < all.length; ++i) {
            Handler.Grant memory g = all[i];
            assertEq(GrantRecord.unwrap(handler.recordOf(g.id)), g.terms.encode(), "record");
            assertEq(g.terms.sequence, g.changes, "sequence");
            assertEq(uint256(handler.stateOf(g.id)), uint256(g.terms.state(handler.time())), "state");
        }
    }

    /// @dev The effect that the whole rule is for.
    function invariant_recordKeepingIsNeverCutShortByTheHolder() public {
        vm.warp(handler.time());
        Handler.Grant[] memory all = handler.all();
        for (uint256 i = 0; i < all.length; ++i) {
            Handler.Grant memory g = all[i];
            if (g.promised <= handler.time()) continue;
            assertTrue(g.terms.accessEnd() >= g.promised, "ends before what was promised");
            GrantState state = handler.stateOf(g.id);
            assertTrue(state == GrantState.ACTIVE || state == GrantState.RETAINED, "records out of reach");
        }
    }
}
