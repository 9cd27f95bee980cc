// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EntityStatus, IEntityRegistry} from "../../../../contracts/interfaces/IEntityRegistry.sol";
import {isLei} from "../../../../contracts/types/Lei.sol";

/// @notice What the documentation says of an entity, as a program of its own. Every act answers with the entity after it,
/// or with the bytes of the error that is due.
library EntityModel {
    function registered(
        IEntityRegistry.Entity memory entity,
        address account,
        IEntityRegistry.EntityDetails memory details,
        uint256 time
    ) internal pure returns (IEntityRegistry.Entity memory, bytes memory failure) {
        if (account == address(0)) {
            return (entity, abi.encodeWithSelector(IEntityRegistry.EntityRegistryAccountZero.selector));
        }
        if (lives(entity)) return (entity, wrongStatus(entity, account));
        failure = fault(details);
        if (failure.length != 0) return (entity, failure);
        IEntityRegistry.Entity memory next = entered(entity, EntityStatus.ACTIVE, time);
        next.registeredAt = uint40(time);
        next.details = details;
        return (next, "");
    }

    function amended(
        IEntityRegistry.Entity memory entity,
        address account,
        IEntityRegistry.EntityDetails memory details
    ) internal pure returns (IEntityRegistry.Entity memory, bytes memory failure) {
        if (!lives(entity)) return (entity, wrongStatus(entity, account));
        failure = fault(details);
        if (failure.length != 0) return (entity, failure);
        if (same(abi.encode(entity.details), abi.encode(details))) {
            return (entity, abi.encodeWithSelector(IEntityRegistry.EntityRegistryUnchanged.selector, account));
        }
        IEntityRegistry.Entity memory next = entered(entity, entity.status, entity.statusSince);
        next.details = details;
        return (next, "");
    }

    function suspended(
        IEntityRegistry.Entity memory entity,
        address account,
        uint256 time
    ) internal pure returns (IEntityRegistry.Entity memory, bytes memory failure) {
        if (entity.status != EntityStatus.ACTIVE) return (entity, wrongStatus(entity, account));
        return (entered(entity, EntityStatus.SUSPENDED, time), "");
    }

    function reinstated(
        IEntityRegistry.Entity memory entity,
        address account,
        uint256 time
    ) internal pure returns (IEntityRegistry.Entity memory, bytes memory failure) {
        if (entity.status != EntityStatus.SUSPENDED) return (entity, wrongStatus(entity, account));
        return (entered(entity, EntityStatus.ACTIVE, time), "");
    }

    function withdrawn(
        IEntityRegistry.Entity memory entity,
        address account,
        uint256 time
    ) internal pure returns (IEntityRegistry.Entity memory, bytes memory failure) {
        if (!lives(entity)) return (entity, wrongStatus(entity, account));
        return (entered(entity, EntityStatus.WITHDRAWN, time), "");
    }

    /// @dev The first thing that is wrong about the details, empty if nothing is.
    function fault(IEntityRegistry.EntityDetails memory details) internal pure returns (bytes memory) {
        if (details.kinds < 1 || details.kinds > 7) {
            return abi.encodeWithSelector(IEntityRegistry.EntityRegistryKindsInvalid.selector, details.kinds);
        }
        for (uint256 i = 0; i < 2; ++i) {
            uint8 letter = uint8(details.jurisdiction[i]);
            if (letter < 65 || letter > 90) {
                return
                    abi.encodeWithSelector(
                        IEntityRegistry.EntityRegistryJurisdictionInvalid.selector,
                        details.jurisdiction
                    );
            }
        }
        if (details.lei != bytes20(0) && !isLei(details.lei)) {
            return abi.encodeWithSelector(IEntityRegistry.EntityRegistryLeiInvalid.selector, details.lei);
        }
        uint256 length = bytes(details.name).length;
        if (length < 1 || length > 256) {
            return abi.encodeWithSelector(IEntityRegistry.EntityRegistryNameLength.selector, length, 256);
        }
        length = bytes(details.uri).length;
        if (length > 2048) {
            return abi.encodeWithSelector(IEntityRegistry.EntityRegistryUriLength.selector, length, 2048);
        }
        return "";
    }

    function lives(IEntityRegistry.Entity memory entity) internal pure returns (bool) {
        return entity.status == EntityStatus.ACTIVE || entity.status == EntityStatus.SUSPENDED;
    }

    function same(bytes memory a, bytes memory b) internal pure returns (bool) {
        return keccak256(a) == keccak256(b);
    }

    function entered(
        IEntityRegistry.Entity memory entity,
        EntityStatus status,
        uint256 time
    ) private pure returns (IEntityRegistry.Entity memory) {
        return
            IEntityRegistry.Entity({
                status: status,
                registeredAt: entity.registeredAt,
                statusSince: uint40(time),
                sequence: entity.sequence + 1,
                details: entity.details
            });
    }

    function wrongStatus(IEntityRegistry.Entity memory entity, address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEntityRegistry.EntityRegistryStatus.selector, account, entity.status);
    }
}
