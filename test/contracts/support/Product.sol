// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {Test} from "./Test.sol";

/// @notice Deploys what `hardhat build` made of the product, not what the settings of the tests would make of it.
abstract contract Product is Test {
    IEntityRegistry internal entities;

    /// @dev With a registry of entities that this test governs, without delays.
    function deployAccessGrants() internal returns (IAccessGrants) {
        address governance = address(new AccessManager(address(this)));
        entities = IEntityRegistry(deployProduct("EntityRegistry", abi.encode(governance)));
        return IAccessGrants(deployProduct("AccessGrants", abi.encode(entities)));
    }

    function deployProduct(string memory name, bytes memory arguments) internal returns (address deployed) {
        string memory path = string.concat("artifacts/contracts/", name, ".sol/", name, ".json");
        bytes memory initCode = bytes.concat(vm.parseJsonBytes(vm.readFile(path), ".bytecode"), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
        assertTrue(deployed != address(0), "deployed");
    }

    function registerEntity(address account, uint8 kinds) internal {
        entities.register(
            account,
            IEntityRegistry.EntityDetails({kinds: kinds, jurisdiction: "DE", lei: 0, name: "Example", uri: ""})
        );
    }
}
