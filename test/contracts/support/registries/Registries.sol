// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ICredentialRegistry} from "../../../../contracts/interfaces/ICredentialRegistry.sol";
import {IEntityRegistry} from "../../../../contracts/interfaces/IEntityRegistry.sol";
import {Product} from "../Product.sol";

/// @notice Both registries, as they are deployed, under a manager whose administrator is this test.
abstract contract Registries is Product {
    uint40 internal constant NOW = 1_800_000_000;
    uint64 internal constant MAX_TIME = type(uint40).max;

    address internal constant HOLDER = address(0x1001);
    address internal constant INSTITUTE = address(0x2002);
    bytes20 internal constant LEI = "529900T8BM49AURSDO55";
    bytes20 internal constant OTHER_LEI = "5493001KJTIIGC8Y1R12";
    bytes32 internal constant SEAL = keccak256("seal");
    bytes32 internal constant OLDER_SEAL = keccak256("older seal");
    bytes32 internal constant TYPE = keccak256("type");

    uint256 internal constant ISSUER_KEY = 0x1550e4;
    uint256 internal constant OTHER_KEY = 0x07e4;

    AccessManager internal manager;
    ICredentialRegistry internal credentials;

    function deployRegistries() internal {
        vm.warp(NOW);
        manager = new AccessManager(address(this));
        entities = IEntityRegistry(deployProduct("EntityRegistry", abi.encode(manager)));
        credentials = deployCredentials();
    }

    function deployCredentials() internal returns (ICredentialRegistry) {
        return ICredentialRegistry(deployProduct("CredentialRegistry", abi.encode(entities)));
    }

    function usualDetails() internal pure returns (IEntityRegistry.EntityDetails memory) {
        return
            IEntityRegistry.EntityDetails({
                kinds: 1,
                jurisdiction: "DE",
                lei: LEI,
                name: "Bundesanstalt",
                uri: "https://example.org"
            });
    }

    function usualAnchor() internal pure returns (ICredentialRegistry.AnchorRequest memory) {
        return
            ICredentialRegistry.AnchorRequest({
                holder: HOLDER,
                seal: SEAL,
                credentialType: TYPE,
                validFrom: NOW - 1 days,
                validUntil: NOW + 365 days,
                replaces: 0
            });
    }

    /// @dev The answer to a call, whatever it is.
    function answerTo(address caller, address target, bytes memory data) internal returns (bool, bytes memory) {
        vm.prank(caller);
        return target.call(data);
    }

    /// @dev The call is refused with this error and no other.
    function assertRefused(address caller, address target, bytes memory data, bytes memory failure) internal {
        (bool done, bytes memory answer) = answerTo(caller, target, data);
        assertTrue(!done, "not refused");
        assertEq(keccak256(answer), keccak256(failure), "refused with another error");
    }

    /// @dev As the documentation writes a record: fields of so many bytes, most significant first.
    function word(
        uint256 anchoredAt,
        uint256 validFrom,
        uint256 validUntil,
        uint256 revokedAt,
        uint256 withdrawnAt,
        uint256 supersededAt,
        uint256 sequence
    ) internal pure returns (bytes32) {
        return
            bytes32(
                abi.encodePacked(
                    uint40(anchoredAt),
                    uint40(validFrom),
                    uint40(validUntil),
                    uint40(revokedAt),
                    uint40(withdrawnAt),
                    uint40(supersededAt),
                    uint16(sequence)
                )
            );
    }
}
