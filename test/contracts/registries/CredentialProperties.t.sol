// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {CredentialRecord, CredentialStatus} from "../../../contracts/types/CredentialRecord.sol";
import {CredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {CredentialHandler} from "../support/registries/CredentialHandler.sol";
import {Credential, CredentialModel} from "../support/registries/CredentialModel.sol";
import {Registries} from "../support/registries/Registries.sol";
import {Vm} from "../support/Test.sol";

/// @notice What holds after every act of anyone, in any order and at any time. Of each credential there are
///
/// - the record and the type: `anchoredAt`, the validity and the type are set once, by the statement of an issuer active
///   then; `revokedAt` once, by the issuer; `withdrawnAt` once, by the holder; `supersededAt` once, with the successor;
/// - the predecessor and the successor: set once, together, by the anchor of the newer one;
///
/// and no act on one credential changes another, but for the one it replaces.
contract CredentialPropertiesTest is Registries {
    using CredentialModel for Credential;

    CredentialHandler private handler;

    /// @dev The empty model that events are replayed into.
    mapping(bytes32 ref => Credential credential) private _replayed;

    function setUp() public {
        deployRegistries();
        handler = new CredentialHandler(entities, credentials);
        manager.grantRole(manager.ADMIN_ROLE(), address(handler), 0);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_everyCredentialIsWhatItsIssuerAndHolderMadeOfIt() public {
        vm.warp(handler.time());
        bytes32[] memory refs = handler.refs();
        for (uint256 i = 0; i < refs.length; ++i) assertCredential(refs[i], handler.foretold(refs[i]));
    }

    function invariant_predecessorAndSuccessorNameEachOther() public view {
        bytes32[] memory refs = handler.refs();
        for (uint256 i = 0; i < refs.length; ++i) {
            CredentialRef older = credentials.predecessorOf(CredentialRef.wrap(refs[i]));
            CredentialRef newer = credentials.successorOf(CredentialRef.wrap(refs[i]));
            if (CredentialRef.unwrap(older) != 0) {
                assertEq(CredentialRef.unwrap(credentials.successorOf(older)), refs[i], "successor of the older");
            }
            if (CredentialRef.unwrap(newer) != 0) {
                assertEq(CredentialRef.unwrap(credentials.predecessorOf(newer)), refs[i], "predecessor of the newer");
            }
        }
    }

    function testFuzz_anEndIsFinal(uint256 seed) public {
        bytes32[] memory refs = handler.refs();
        CredentialStatus[] memory worst = new CredentialStatus[](refs.length);
        for (uint256 n = 0; n < 24; ++n) {
            handler.anyoneActs(uint256(keccak256(abi.encode(seed, n))));
            for (uint256 i = 0; i < refs.length; ++i) {
                CredentialStatus status = credentials.statusOf(CredentialRef.wrap(refs[i]));
                if (worst[i] >= CredentialStatus.SUPERSEDED) assertTrue(status >= worst[i], "an end was undone");
                worst[i] = status;
            }
        }
    }

    function testFuzz_eventsRebuildEverything(uint256 seed) public {
        vm.recordLogs();
        for (uint256 i = 0; i < 24; ++i) handler.anyoneActs(uint256(keccak256(abi.encode(seed, i))));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) if (logs[i].emitter == address(credentials)) replay(logs[i]);
        bytes32[] memory refs = handler.refs();
        for (uint256 i = 0; i < refs.length; ++i) assertCredential(refs[i], _replayed[refs[i]]);
    }

    /// @dev The rule of status is total: for every word and every moment. Credentials lie in slot 0, their record first.
    function testFuzz_viewsFollowTheRuleForEveryRecordAndTime(bytes32 ref, bytes32 record, uint64 time) public {
        vm.store(address(credentials), keccak256(abi.encode(ref, uint256(0))), record);
        vm.warp(time);
        Credential memory c = CredentialModel.decode(record);
        assertCredential(ref, c);
    }

    /// @dev All orders of all boundaries, each field before, at and after the moment asked for, or not set.
    function test_theRuleOfStatusForAllOrdersOfItsBoundaries() public {
        vm.warp(2);
        for (uint256 n = 0; n < 4096; ++n) {
            Credential memory c;
            (c.anchoredAt, c.validFrom, c.validUntil) = (n % 4, (n / 4) % 4, (n / 16) % 4);
            (c.revokedAt, c.withdrawnAt, c.supersededAt) = ((n / 64) % 4, (n / 256) % 4, n / 1024);
            vm.store(address(credentials), keccak256(abi.encode(uint256(1), uint256(0))), c.encode());
            CredentialStatus status = credentials.statusOf(CredentialRef.wrap(bytes32(uint256(1))));
            assertEq(uint256(status), uint256(c.status(2)), "status");
        }
    }

    function replay(Vm.Log memory log) private {
        bytes32 ref = log.topics[1];
        Credential memory c = _replayed[ref];
        bytes32 record;
        bytes32 seal;
        if (log.topics[0] == ICredentialRegistry.CredentialAnchored.selector) {
            (seal, c.credentialType, c.predecessor, record) = abi.decode(
                log.data,
                (bytes32, bytes32, bytes32, bytes32)
            );
        } else if (log.topics[0] == ICredentialRegistry.CredentialSuperseded.selector) {
            (seal, c.successor, record) = abi.decode(log.data, (bytes32, bytes32, bytes32));
        } else {
            bool revoked = log.topics[0] == ICredentialRegistry.CredentialRevoked.selector;
            assertTrue(revoked || log.topics[0] == ICredentialRegistry.CredentialWithdrawn.selector, "an event");
            (seal, , record) = abi.decode(log.data, (bytes32, uint8, bytes32));
        }
        assertEq(ref, keccak256(abi.encode(log.topics[2], log.topics[3], seal)), "named by holder, issuer and seal");
        Credential memory next = CredentialModel.decode(record);
        assertEq(next.sequence, c.sequence + 1, "a gap between the events");
        (next.credentialType, next.predecessor, next.successor) = (c.credentialType, c.predecessor, c.successor);
        _replayed[ref] = next;
    }

    function assertCredential(bytes32 ref_, Credential memory expected) private view {
        CredentialRef ref = CredentialRef.wrap(ref_);
        assertEq(CredentialRecord.unwrap(credentials.recordOf(ref)), expected.encode(), "record");
        assertEq(credentials.typeOf(ref), expected.credentialType, "type");
        assertEq(CredentialRef.unwrap(credentials.predecessorOf(ref)), expected.predecessor, "predecessor");
        assertEq(CredentialRef.unwrap(credentials.successorOf(ref)), expected.successor, "successor");
        CredentialStatus status = credentials.statusOf(ref);
        assertEq(uint256(status), uint256(expected.status(block.timestamp)), "status");
    }
}
