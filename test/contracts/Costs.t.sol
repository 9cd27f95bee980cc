// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {toGrantId} from "../../contracts/types/GrantId.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice What a call costs does not depend on what was granted before: to the very gas, after none and after 100,000
/// grants of the same people. What whole transactions cost is in gas.test.ts.
contract CostsTest is Fixture {
    function test_everyCallCostsTheSameAfter100000GrantsOfTheSamePeople() public {
        costs("to warm the account up");
        uint256[5] memory first = costs("before");
        IAccessGrants.GrantRequest memory r = usual();
        for (uint256 i = 0; i < 100_000; ++i) {
            r.seal = bytes32(i + 1);
            vm.prank(HOLDER);
            grants.grant(r);
        }
        uint256[5] memory last = costs("after");
        for (uint256 i = 0; i < 5; ++i) assertEq(last[i], first[i], "gas");
    }

    function costs(string memory name) private returns (uint256[5] memory used) {
        // Of the same number of zero bytes: they are cheaper.
        bytes32 seal = keccak256(bytes(name)) | bytes32(type(uint256).max / 0xff);
        IAccessGrants.GrantRequest memory r = usual();
        r.seal = seal;
        IAccessGrants.RevokeRequest memory ending = revocation();
        ending.seal = seal;
        IAccessGrants.ReleaseRequest memory up = giveUp();
        up.seal = seal;
        used[0] = cost(HOLDER, abi.encodeCall(grants.grant, (r)));
        r.retention += 1;
        used[1] = cost(HOLDER, abi.encodeCall(grants.grant, (r)));
        used[2] = cost(
            HOLDER,
            abi.encodeCall(grants.stateOf, (toGrantId(toCredentialRef(HOLDER, ISSUER, seal), GRANTEE, PURPOSE)))
        );
        used[3] = cost(HOLDER, abi.encodeCall(grants.revoke, (ending)));
        used[4] = cost(GRANTEE, abi.encodeCall(grants.release, (up)));
    }

    function cost(address caller, bytes memory data) private returns (uint256 used) {
        vm.prank(caller);
        address target = address(grants);
        bool done;
        // The call alone, without what Solidity does around it, which grows with the memory that a test has used.
        assembly ("memory-safe") {
            let before := gas()
            done := call(gas(), target, 0, add(data, 0x20), mload(data), 0, 0)
            used := sub(before, gas())
        }
        assertTrue(done, "done");
    }
}
