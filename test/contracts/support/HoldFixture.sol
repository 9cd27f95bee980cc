// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {AUTHORITY, INSTITUTION} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {GrantRecord, GrantState} from "../../../contracts/types/GrantRecord.sol";
import {Errors} from "./Errors.sol";
import {Fixture} from "./Fixture.sol";
import {Model, Terms} from "./Model.sol";

/// @dev Authorities that may hold, and their orders.
abstract contract HoldFixture is Fixture {
    address internal constant SUPERVISOR = address(0x6006);
    bytes32 internal constant ORDER = keccak256("order");
    uint64 internal constant FIVE_YEARS = 1826 days;

    function setUp() public override {
        super.setUp();
        registerEntity(COURT, AUTHORITY);
        registerEntity(SUPERVISOR, AUTHORITY | INSTITUTION);
    }

    function withoutRecordKeeping() internal pure returns (IAccessGrants.GrantRequest memory r) {
        r = usual();
        r.retention = 0;
    }

    function nothing(GrantState state) internal view returns (bytes memory) {
        return abi.encodeCall(Errors.AccessGrantsNothingToHold, (id, state));
    }

    function order(uint64 until) internal pure returns (IAccessGrants.HoldRequest memory) {
        return IAccessGrants.HoldRequest(HOLDER, ISSUER, SEAL, GRANTEE, PURPOSE, until, ORDER);
    }

    function hold(address authority, uint64 until) internal {
        vm.prank(authority);
        grants.hold(order(until));
    }

    function refusedHold(address authority, uint64 until, bytes memory failure) internal {
        vm.expectRevert(failure);
        hold(authority, until);
    }

    function lift(address authority) internal {
        vm.prank(authority);
        grants.liftHold(IAccessGrants.LiftRequest(HOLDER, ISSUER, SEAL, GRANTEE, PURPOSE, ORDER));
    }

    function record(Terms memory t) internal pure returns (GrantRecord) {
        return GrantRecord.wrap(Model.encode(t));
    }
}
