// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {AUTHORITY, EntityStatus, IEntityRegistry, INSTITUTION, ISSUER} from "./interfaces/IEntityRegistry.sol";
import {isLei} from "./types/Lei.sol";

/// @title EntityRegistry
/// @notice The promises are on the interface. Who may call what, and after which delay, is not decided here but by the
/// AccessManager that `authority()` names.
contract EntityRegistry is IEntityRegistry, AccessManaged {
    uint256 private constant ALL_KINDS = ISSUER | INSTITUTION | AUTHORITY;
    uint256 private constant MAX_NAME = 256;
    uint256 private constant MAX_URI = 2048;

    /// @dev All that `isActive` asks for lies in the first word: other contracts call it.
    struct Registration {
        EntityStatus status;
        uint8 kinds;
        bytes2 jurisdiction;
        uint40 registeredAt;
        uint40 statusSince;
        uint32 sequence;
        bytes20 lei;
        string name;
        string uri;
    }

    mapping(address account => Registration registration) private _registrations;

    /// @param manager The AccessManager that governs this registry.
    constructor(address manager) AccessManaged(manager) {}

    /// @inheritdoc IEntityRegistry
    function register(address account, EntityDetails calldata details) external restricted {
        if (account == address(0)) revert EntityRegistryAccountZero();
        Registration storage registration = _registrations[account];
        EntityStatus status = registration.status;
        if (status != EntityStatus.NONE && status != EntityStatus.WITHDRAWN) {
            revert EntityRegistryStatus(account, status);
        }
        _check(details);

        registration.registeredAt = uint40(block.timestamp);
        _describe(registration, details);
        uint32 sequence = _enter(registration, EntityStatus.ACTIVE);
        emit EntityRegistered(
            account,
            details.kinds,
            details.jurisdiction,
            details.lei,
            details.name,
            details.uri,
            sequence
        );
    }

    /// @inheritdoc IEntityRegistry
    function amend(address account, EntityDetails calldata details) external restricted {
        Registration storage registration = _current(account);
        _check(details);
        if (_says(registration, details)) revert EntityRegistryUnchanged(account);

        _describe(registration, details);
        uint32 sequence = ++registration.sequence;
        emit EntityAmended(
            account,
            details.kinds,
            details.jurisdiction,
            details.lei,
            details.name,
            details.uri,
            sequence
        );
    }

    /// @inheritdoc IEntityRegistry
    function suspend(address account, uint8 reason) external restricted {
        Registration storage registration = _in(EntityStatus.ACTIVE, account);
        emit EntitySuspended(account, reason, _enter(registration, EntityStatus.SUSPENDED));
    }

    /// @inheritdoc IEntityRegistry
    function reinstate(address account, uint8 reason) external restricted {
        Registration storage registration = _in(EntityStatus.SUSPENDED, account);
        emit EntityReinstated(account, reason, _enter(registration, EntityStatus.ACTIVE));
    }

    /// @inheritdoc IEntityRegistry
    function withdraw(address account, uint8 reason) external restricted {
        Registration storage registration = _current(account);
        emit EntityWithdrawn(account, reason, _enter(registration, EntityStatus.WITHDRAWN));
    }

    /// @inheritdoc IEntityRegistry
    function entityOf(address account) external view returns (Entity memory) {
        Registration storage registration = _registrations[account];
        return
            Entity({
                status: registration.status,
                registeredAt: registration.registeredAt,
                statusSince: registration.statusSince,
                sequence: registration.sequence,
                details: EntityDetails({
                    kinds: registration.kinds,
                    jurisdiction: registration.jurisdiction,
                    lei: registration.lei,
                    name: registration.name,
                    uri: registration.uri
                })
            });
    }

    /// @inheritdoc IEntityRegistry
    function isActive(address account, uint8 kinds) external view returns (bool) {
        Registration storage registration = _registrations[account];
        return registration.status == EntityStatus.ACTIVE && kinds != 0 && registration.kinds & kinds == kinds;
    }

    function _describe(Registration storage registration, EntityDetails calldata details) private {
        registration.kinds = details.kinds;
        registration.jurisdiction = details.jurisdiction;
        registration.lei = details.lei;
        registration.name = details.name;
        registration.uri = details.uri;
    }

    /// @return sequence The number of this change.
    function _enter(Registration storage registration, EntityStatus status) private returns (uint32 sequence) {
        registration.status = status;
        registration.statusSince = uint40(block.timestamp);
        sequence = ++registration.sequence;
    }

    /// @dev The registration of an account that has the status asked for.
    function _in(EntityStatus status, address account) private view returns (Registration storage registration) {
        registration = _registrations[account];
        if (registration.status != status) revert EntityRegistryStatus(account, registration.status);
    }

    /// @dev The registration of an account that is ACTIVE or SUSPENDED.
    function _current(address account) private view returns (Registration storage registration) {
        registration = _registrations[account];
        EntityStatus status = registration.status;
        if (status == EntityStatus.NONE || status == EntityStatus.WITHDRAWN) {
            revert EntityRegistryStatus(account, status);
        }
    }

    function _says(Registration storage registration, EntityDetails calldata details) private view returns (bool) {
        return
            registration.kinds == details.kinds &&
            registration.jurisdiction == details.jurisdiction &&
            registration.lei == details.lei &&
            keccak256(bytes(registration.name)) == keccak256(bytes(details.name)) &&
            keccak256(bytes(registration.uri)) == keccak256(bytes(details.uri));
    }

    function _check(EntityDetails calldata details) private pure {
        if (details.kinds == 0 || details.kinds > ALL_KINDS) revert EntityRegistryKindsInvalid(details.kinds);
        bytes2 jurisdiction = details.jurisdiction;
        if (!_isCapital(jurisdiction[0]) || !_isCapital(jurisdiction[1])) {
            revert EntityRegistryJurisdictionInvalid(jurisdiction);
        }
        if (details.lei != 0 && !isLei(details.lei)) revert EntityRegistryLeiInvalid(details.lei);
        uint256 nameLength = bytes(details.name).length;
        if (nameLength == 0 || nameLength > MAX_NAME) revert EntityRegistryNameLength(nameLength, MAX_NAME);
        uint256 uriLength = bytes(details.uri).length;
        if (uriLength > MAX_URI) revert EntityRegistryUriLength(uriLength, MAX_URI);
    }

    function _isCapital(bytes1 character) private pure returns (bool) {
        return character >= "A" && character <= "Z";
    }
}
