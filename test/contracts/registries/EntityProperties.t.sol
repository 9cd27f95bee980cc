// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EntityStatus, IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {EntityHandler} from "../support/registries/EntityHandler.sol";
import {Registries} from "../support/registries/Registries.sol";
import {Vm} from "../support/Test.sol";

/// @notice What holds after every act of anyone, in any order and at any time.
///
/// The one variable is the registration of an account. Only the governance changes it (strangers are tried); each of its
/// five acts does what the model says, to the named account and to no other; and each raises `sequence` by one.
contract EntityPropertiesTest is Registries {
    EntityHandler private handler;

    /// @dev The empty model that events are replayed into.
    mapping(address account => IEntityRegistry.Entity entity) private _replayed;

    function setUp() public {
        deployRegistries();
        handler = new EntityHandler(entities);
        manager.grantRole(manager.ADMIN_ROLE(), address(handler), 0);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_everyEntityIsWhatTheGovernanceMadeOfIt() public view {
        for (uint256 i = 0; i < 4; ++i) assertEntity(handler.accounts(i), handler.foretold(handler.accounts(i)));
    }

    function invariant_theZeroAddressIsNobody() public view {
        assertEq(uint256(entities.entityOf(address(0)).status), uint256(EntityStatus.NONE), "status");
    }

    function testFuzz_activeIsWhoHasEveryKindAskedForAndMayAct(uint256 seed) public {
        for (uint256 i = 0; i < 8; ++i) handler.anyoneActs(uint256(keccak256(abi.encode(seed, i))));
        for (uint256 i = 0; i < 4; ++i) {
            IEntityRegistry.Entity memory entity = entities.entityOf(handler.accounts(i));
            for (uint256 kinds = 0; kinds < 256; ++kinds) {
                bool all = kinds != 0;
                for (uint256 bit = 1; bit < 256; bit *= 2) {
                    if ((kinds / bit) % 2 == 1 && (entity.details.kinds / bit) % 2 == 0) all = false;
                }
                bool expected = all && entity.status == EntityStatus.ACTIVE;
                assertEq(entities.isActive(handler.accounts(i), uint8(kinds)), expected, "isActive");
            }
        }
    }

    function testFuzz_eventsRebuildEverything(uint256 seed) public {
        vm.recordLogs();
        for (uint256 i = 0; i < 24; ++i) {
            handler.anyoneActs(uint256(keccak256(abi.encode(seed, i))));
            replay(vm.getRecordedLogs(), uint40(handler.time()));
        }
        for (uint256 i = 0; i < 4; ++i) assertEntity(handler.accounts(i), _replayed[handler.accounts(i)]);
    }

    function replay(Vm.Log[] memory logs, uint40 time) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            assertEq(logs[i].emitter, address(entities), "emitter");
            bytes32 kind = logs[i].topics[0];
            IEntityRegistry.Entity storage entity = _replayed[address(uint160(uint256(logs[i].topics[1])))];
            uint32 sequence = describes(kind) ? replayDetails(entity, logs[i].data) : replayReason(logs[i].data);
            assertEq(sequence, entity.sequence + 1, "a gap between the events");
            entity.sequence = sequence;
            if (kind == IEntityRegistry.EntityAmended.selector) continue;
            entity.statusSince = time;
            entity.status = statusAfter(kind);
            if (kind == IEntityRegistry.EntityRegistered.selector) entity.registeredAt = time;
        }
    }

    function replayDetails(IEntityRegistry.Entity storage entity, bytes memory data) private returns (uint32 sequence) {
        IEntityRegistry.EntityDetails memory d;
        (d.kinds, d.jurisdiction, d.lei, d.name, d.uri, sequence) = abi.decode(
            data,
            (uint8, bytes2, bytes20, string, string, uint32)
        );
        entity.details = d;
    }

    function replayReason(bytes memory data) private pure returns (uint32 sequence) {
        (, sequence) = abi.decode(data, (uint8, uint32));
    }

    function describes(bytes32 kind) private pure returns (bool) {
        return kind == IEntityRegistry.EntityRegistered.selector || kind == IEntityRegistry.EntityAmended.selector;
    }

    function statusAfter(bytes32 kind) private pure returns (EntityStatus) {
        if (kind == IEntityRegistry.EntityRegistered.selector) return EntityStatus.ACTIVE;
        if (kind == IEntityRegistry.EntitySuspended.selector) return EntityStatus.SUSPENDED;
        if (kind == IEntityRegistry.EntityReinstated.selector) return EntityStatus.ACTIVE;
        if (kind == IEntityRegistry.EntityWithdrawn.selector) return EntityStatus.WITHDRAWN;
        revert Not("an event of the registry");
    }

    function assertEntity(address account, IEntityRegistry.Entity memory expected) private view {
        IEntityRegistry.Entity memory actual = entities.entityOf(account);
        assertEq(keccak256(abi.encode(actual)), keccak256(abi.encode(expected)), "entity");
    }
}
