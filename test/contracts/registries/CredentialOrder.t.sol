// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {ISSUER} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {CredentialRecord, CredentialStatus} from "../../../contracts/types/CredentialRecord.sol";
import {CredentialRef, toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {Statements} from "../support/registries/Statements.sol";

/// @notice The order in which statements arrive makes no difference to what a credential is worth in the end.
contract CredentialOrderTest is Statements {
    enum Kind {
        ANCHOR,
        REVOKE,
        WITHDRAW
    }

    struct Statement {
        Kind kind;
        bytes32 seal;
        bytes32 replaces;
    }

    address private issuer;

    function setUp() public {
        deployRegistries();
        issuer = vm.addr(ISSUER_KEY);
        registerEntity(issuer, ISSUER);
    }

    function test_all720OrdersOfSixStatementsEndAlike() public {
        Statement[] memory statements = new Statement[](6);
        statements[0] = Statement(Kind.ANCHOR, "A", 0);
        statements[1] = Statement(Kind.ANCHOR, "B", "A");
        statements[2] = Statement(Kind.ANCHOR, "C", "B");
        statements[3] = Statement(Kind.REVOKE, "A", 0);
        statements[4] = Statement(Kind.REVOKE, "C", 0);
        statements[5] = Statement(Kind.WITHDRAW, "B", 0);
        assertEq(everyOrder(statements, 6), 720, "orders");
        assertEnd("A", CredentialStatus.REVOKED, 0, "B", 3);
        assertEnd("B", CredentialStatus.WITHDRAWN, "A", "C", 3);
        assertEnd("C", CredentialStatus.REVOKED, "B", 0, 2);
    }

    function test_allOrdersOfAChainOfFourEndWithItsNewest() public {
        Statement[] memory statements = new Statement[](4);
        statements[0] = Statement(Kind.ANCHOR, "A", 0);
        statements[1] = Statement(Kind.ANCHOR, "B", "A");
        statements[2] = Statement(Kind.ANCHOR, "C", "B");
        statements[3] = Statement(Kind.ANCHOR, "D", "C");
        assertEq(everyOrder(statements, 4), 24, "orders");
        assertEnd("A", CredentialStatus.SUPERSEDED, 0, "B", 2);
        assertEnd("B", CredentialStatus.SUPERSEDED, "A", "C", 2);
        assertEnd("C", CredentialStatus.SUPERSEDED, "B", "D", 2);
        assertEnd("D", CredentialStatus.VALID, "C", 0, 1);
    }

    /// @dev Any statements that do not contradict each other, to two chains, in two orders, with time between them.
    function testFuzz_anyStatementsInAnyTwoOrdersEndAlike(uint256 seed) public {
        Statement[] memory statements = anyStatements(seed);
        carryAll(shuffled(statements, uint256(keccak256(abi.encode(seed, "one")))), seed);
        ICredentialRegistry one = credentials;
        vm.warp(NOW);
        credentials = deployCredentials();
        carryAll(shuffled(statements, uint256(keccak256(abi.encode(seed, "two")))), ~seed);
        vm.warp(NOW + 1 days);
        for (uint256 i = 0; i < 6; ++i)
            assertEq(worth(one, bytes32(i + 1)), worth(credentials, bytes32(i + 1)), "worth");
    }

    /// @dev Heap's algorithm; each order to a fresh contract, all compared to the first.
    function everyOrder(Statement[] memory statements, uint256 size) private returns (uint256 orders) {
        bytes32 first = this.endOf(statements);
        orders = 1;
        uint256[] memory counters = new uint256[](size);
        for (uint256 i = 1; i < size;) {
            if (counters[i] == i) {
                counters[i++] = 0;
                continue;
            }
            uint256 other = i % 2 == 0 ? 0 : counters[i];
            (statements[other], statements[i]) = (statements[i], statements[other]);
            ++counters[i];
            i = 1;
            ++orders;
            assertEq(this.endOf(statements), first, "another order ends otherwise");
        }
    }

    /// @dev A call of its own, so that the memory that it took is free again.
    function endOf(Statement[] memory statements) external returns (bytes32) {
        credentials = deployCredentials();
        for (uint256 i = 0; i < statements.length; ++i) carry(statements[i]);
        bytes32[4] memory seals = [bytes32("A"), "B", "C", "D"];
        bytes32 end;
        for (uint256 i = 0; i < seals.length; ++i) end = keccak256(abi.encode(end, worth(credentials, seals[i])));
        return end;
    }

    function carryAll(Statement[] memory statements, uint256 seed) private {
        for (uint256 i = 0; i < statements.length; ++i) {
            vm.warp(block.timestamp + ((seed >> (4 * i)) % 3));
            carry(statements[i]);
        }
    }

    function carry(Statement memory statement) private {
        if (statement.kind == Kind.WITHDRAW) {
            vm.prank(HOLDER);
            credentials.withdraw(issuer, statement.seal, 1);
        } else if (statement.kind == Kind.REVOKE) {
            bytes memory signature = signedRevocation(ISSUER_KEY, credentials, HOLDER, statement.seal, 1);
            assertTrue(credentials.revokeWithSig(issuer, HOLDER, statement.seal, 1, signature), "revoked");
        } else {
            ICredentialRegistry.AnchorRequest memory request = usualAnchor();
            (request.seal, request.replaces) = (statement.seal, statement.replaces);
            bytes memory signature = signedAnchor(ISSUER_KEY, credentials, request);
            assertTrue(credentials.anchorWithSig(issuer, request, signature), "anchored");
        }
    }

    /// @dev All that the views say but for the times at which statements arrived.
    function worth(ICredentialRegistry registry, bytes32 seal) private view returns (bytes32) {
        CredentialRef ref = toCredentialRef(HOLDER, issuer, seal);
        CredentialRecord record = registry.recordOf(ref);
        bytes memory record_ = abi.encode(
            record.anchoredAt() != 0,
            record.validFrom(),
            record.validUntil(),
            record.revokedAt() != 0,
            record.withdrawnAt() != 0,
            record.supersededAt() != 0,
            record.sequence()
        );
        return
            keccak256(
                abi.encode(
                    record_,
                    registry.statusOf(ref),
                    registry.typeOf(ref),
                    registry.predecessorOf(ref),
                    registry.successorOf(ref)
                )
            );
    }

    function assertEnd(
        bytes32 seal,
        CredentialStatus status,
        bytes32 older,
        bytes32 newer,
        uint256 sequence
    ) private view {
        CredentialRef ref = toCredentialRef(HOLDER, issuer, seal);
        assertEq(uint256(credentials.statusOf(ref)), uint256(status), "status");
        assertEq(CredentialRef.unwrap(credentials.predecessorOf(ref)), named(older), "predecessor");
        assertEq(CredentialRef.unwrap(credentials.successorOf(ref)), named(newer), "successor");
        assertEq(credentials.recordOf(ref).sequence(), sequence, "sequence");
    }

    function named(bytes32 seal) private view returns (bytes32) {
        return seal == 0 ? seal : CredentialRef.unwrap(toCredentialRef(HOLDER, issuer, seal));
    }

    /// @dev About six credentials: each is anchored, revoked and withdrawn or not, and replaces another one or none. No
    /// two replace the same, since whom they replace is a rotation of them; it may be a circle.
    function anyStatements(uint256 seed) private pure returns (Statement[] memory statements) {
        Statement[] memory all = new Statement[](18);
        uint256 count = 0;
        uint256 turn = 1 + ((seed >> 64) % 5);
        for (uint256 i = 0; i < 6; ++i) {
            uint256 dice = seed >> (8 * i);
            bytes32 seal = bytes32(i + 1);
            bytes32 replaces = (dice >> 6) % 4 == 0 ? bytes32(0) : bytes32(((i + turn) % 6) + 1);
            if (dice % 4 != 0) all[count++] = Statement(Kind.ANCHOR, seal, replaces);
            if ((dice >> 2) % 4 == 0) all[count++] = Statement(Kind.REVOKE, seal, 0);
            if ((dice >> 4) % 4 == 0) all[count++] = Statement(Kind.WITHDRAW, seal, 0);
        }
        statements = new Statement[](count);
        for (uint256 i = 0; i < count; ++i) statements[i] = all[i];
    }

    function shuffled(Statement[] memory statements, uint256 seed) private pure returns (Statement[] memory order) {
        order = new Statement[](statements.length);
        for (uint256 i = 0; i < order.length; ++i) order[i] = statements[i];
        for (uint256 i = order.length; i > 1; --i) {
            uint256 other = uint256(keccak256(abi.encode(seed, i))) % i;
            (order[other], order[i - 1]) = (order[i - 1], order[other]);
        }
    }
}
