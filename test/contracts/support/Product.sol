// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {Test} from "./Test.sol";

/// @notice Deploys what `hardhat build` made of the product, not what the settings of the tests would make of it.
abstract contract Product is Test {
    function deployAccessGrants() internal returns (IAccessGrants deployed) {
        string memory artifact = vm.readFile("artifacts/contracts/AccessGrants.sol/AccessGrants.json");
        bytes memory initCode = vm.parseJsonBytes(artifact, ".bytecode");
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
        assertTrue(address(deployed) != address(0), "deployed");
    }
}
