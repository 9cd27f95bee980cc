// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {EntityStatus, IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {Registries} from "../support/registries/Registries.sol";

/// @notice Who may call what, by a real AccessManager: a registrar with a delay and a guardian who can cancel, and a
/// supervisor who may suspend at once.
contract EntityGovernanceTest is Registries {
    uint64 private constant REGISTRAR_ROLE = 1;
    uint64 private constant SUPERVISOR_ROLE = 2;
    uint64 private constant GUARDIAN_ROLE = 3;
    uint32 private constant DELAY = 2 days;

    address private constant REGISTRAR = address(0x4e9);
    address private constant SUPERVISOR = address(0x50b);
    address private constant GUARDIAN = address(0x9a4d);
    address private constant STRANGER = address(0x5777);

    /// @dev One call of each restricted function, in an order in which all of them succeed.
    bytes[] private _calls;
    EntityStatus[] private _statusAfter;

    function setUp() public {
        deployRegistries();
        bytes4[] memory slow = new bytes4[](4);
        slow[0] = IEntityRegistry.register.selector;
        slow[1] = IEntityRegistry.amend.selector;
        slow[2] = IEntityRegistry.reinstate.selector;
        slow[3] = IEntityRegistry.withdraw.selector;
        manager.setTargetFunctionRole(address(entities), slow, REGISTRAR_ROLE);
        bytes4[] memory quick = new bytes4[](1);
        quick[0] = IEntityRegistry.suspend.selector;
        manager.setTargetFunctionRole(address(entities), quick, SUPERVISOR_ROLE);
        manager.grantRole(REGISTRAR_ROLE, REGISTRAR, DELAY);
        manager.grantRole(SUPERVISOR_ROLE, SUPERVISOR, 0);
        manager.grantRole(GUARDIAN_ROLE, GUARDIAN, 0);
        manager.setRoleGuardian(REGISTRAR_ROLE, GUARDIAN_ROLE);

        IEntityRegistry.EntityDetails memory details = usualDetails();
        add(abi.encodeCall(entities.register, (INSTITUTE, details)), EntityStatus.ACTIVE);
        details.kinds = 7;
        add(abi.encodeCall(entities.amend, (INSTITUTE, details)), EntityStatus.ACTIVE);
        add(abi.encodeCall(entities.suspend, (INSTITUTE, 1)), EntityStatus.SUSPENDED);
        add(abi.encodeCall(entities.reinstate, (INSTITUTE, 1)), EntityStatus.ACTIVE);
        add(abi.encodeCall(entities.withdraw, (INSTITUTE, 1)), EntityStatus.WITHDRAWN);
    }

    function test_theAuthorityIsTheManager() public view {
        assertEq(IAccessManaged(address(entities)).authority(), address(manager), "authority");
    }

    function test_whatHasADelayIsScheduledWaitedForAndExecuted() public {
        for (uint256 i = 0; i < _calls.length; ++i) {
            if (i == 2) {
                supervisorSuspends();
                continue;
            }
            uint32 sequence = entities.entityOf(INSTITUTE).sequence;
            vm.prank(REGISTRAR);
            (bytes32 operation, ) = manager.schedule(address(entities), _calls[i], 0);
            uint256 due = block.timestamp + DELAY;

            vm.warp(due - 1);
            bytes memory early = abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, operation);
            assertRefused(REGISTRAR, address(entities), _calls[i], early);
            assertEq(entities.entityOf(INSTITUTE).sequence, sequence, "not before its time");

            vm.warp(due);
            vm.prank(REGISTRAR);
            manager.execute(address(entities), _calls[i]);
            assertChanged(i, sequence);
        }
    }

    /// @dev The registrar may also call the registry itself, which then asks the manager for what was scheduled.
    function test_whatWasScheduledMayBeCalledDirectlyOnce() public {
        vm.prank(REGISTRAR);
        (bytes32 operation, ) = manager.schedule(address(entities), _calls[0], 0);
        vm.warp(NOW + DELAY);
        (bool done, ) = answerTo(REGISTRAR, address(entities), _calls[0]);
        assertTrue(done, "executed");
        assertChanged(0, 0);
        bytes memory gone = abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation);
        assertRefused(REGISTRAR, address(entities), _calls[0], gone);
    }

    function test_whatTheGuardianCancelledNeverHappens() public {
        for (uint256 i = 0; i < _calls.length; ++i) {
            if (i == 2) supervisorSuspends();
            else {
                vm.prank(REGISTRAR);
                (bytes32 operation, ) = manager.schedule(address(entities), _calls[i], 0);
                vm.prank(GUARDIAN);
                manager.cancel(REGISTRAR, address(entities), _calls[i]);
                vm.warp(block.timestamp + DELAY);
                bytes memory gone = abi.encodeWithSelector(
                    IAccessManager.AccessManagerNotScheduled.selector,
                    operation
                );
                assertRefused(REGISTRAR, address(entities), _calls[i], gone);
                assertRefused(REGISTRAR, address(manager), executing(i), gone);
                // The administrator has no delay, and brings the entity to where the next call would succeed.
                handOver();
                (bool done, ) = address(entities).call(_calls[i]);
                assertTrue(done, "would have succeeded");
                takeBack();
            }
        }
    }

    function test_aDelayIsNotSkipped() public {
        for (uint256 i = 0; i < _calls.length; ++i) {
            if (i == 2) continue;
            bytes32 operation = manager.hashOperation(REGISTRAR, address(entities), _calls[i]);
            bytes memory failure = abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation);
            assertRefused(REGISTRAR, address(entities), _calls[i], failure);
        }
    }

    /// @dev Each role for its own functions only; not the guardian, the administrator, the manager or the entity itself.
    function testFuzz_nobodyElseCallsAnything(address caller) public {
        address[7] memory callers = [
            caller,
            STRANGER,
            GUARDIAN,
            address(this),
            address(manager),
            INSTITUTE,
            address(entities)
        ];
        for (uint256 c = 0; c < callers.length; ++c) {
            for (uint256 i = 0; i < _calls.length; ++i) {
                if (callers[c] == REGISTRAR || callers[c] == SUPERVISOR) continue;
                assertRefused(callers[c], address(entities), _calls[i], unauthorized(callers[c]));
            }
        }
        assertRefused(REGISTRAR, address(entities), _calls[2], unauthorized(REGISTRAR));
        for (uint256 i = 0; i < _calls.length; ++i) {
            if (i != 2) assertRefused(SUPERVISOR, address(entities), _calls[i], unauthorized(SUPERVISOR));
        }
        assertEq(entities.entityOf(INSTITUTE).sequence, 0, "nothing happened");
    }

    function test_aRoleThatWasTakenAwayIsGone() public {
        vm.prank(REGISTRAR);
        manager.schedule(address(entities), _calls[0], 0);
        manager.revokeRole(REGISTRAR_ROLE, REGISTRAR);
        vm.warp(NOW + DELAY);
        assertRefused(REGISTRAR, address(entities), _calls[0], unauthorized(REGISTRAR));
    }

    function test_aClosedRegistryRefusesEverybody() public {
        manager.setTargetClosed(address(entities), true);
        assertRefused(SUPERVISOR, address(entities), _calls[2], unauthorized(SUPERVISOR));
        handOver();
        assertRefused(address(this), address(entities), _calls[0], unauthorized(address(this)));
    }

    function test_onlyTheManagerNamesAnotherAuthority() public {
        AccessManager next = new AccessManager(STRANGER);
        bytes memory data = abi.encodeCall(IAccessManaged.setAuthority, (address(next)));
        assertRefused(STRANGER, address(entities), data, unauthorized(STRANGER));
        assertRefused(address(this), address(entities), data, unauthorized(address(this)));
        manager.updateAuthority(address(entities), address(next));
        assertEq(IAccessManaged(address(entities)).authority(), address(next), "authority");
        assertRefused(SUPERVISOR, address(entities), _calls[2], unauthorized(SUPERVISOR));
        (bool done, ) = answerTo(STRANGER, address(entities), _calls[0]);
        assertTrue(done, "the new administrator governs");
    }

    function add(bytes memory data, EntityStatus status) private {
        _calls.push(data);
        _statusAfter.push(status);
    }

    function supervisorSuspends() private {
        uint32 sequence = entities.entityOf(INSTITUTE).sequence;
        (bool done, ) = answerTo(SUPERVISOR, address(entities), _calls[2]);
        assertTrue(done, "suspended at once");
        assertChanged(2, sequence);
    }

    function handOver() private {
        manager.grantRole(REGISTRAR_ROLE, address(this), 0);
    }

    function takeBack() private {
        manager.revokeRole(REGISTRAR_ROLE, address(this));
    }

    function assertChanged(uint256 i, uint32 before) private view {
        IEntityRegistry.Entity memory entity = entities.entityOf(INSTITUTE);
        assertEq(uint256(entity.status), uint256(_statusAfter[i]), "status");
        assertEq(entity.sequence, before + 1, "sequence");
        assertEq(entity.details.kinds, i == 0 ? 1 : 7, "details");
    }

    function executing(uint256 i) private view returns (bytes memory) {
        return abi.encodeCall(manager.execute, (address(entities), _calls[i]));
    }

    function unauthorized(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
    }
}
