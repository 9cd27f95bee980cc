// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    AUTHORITY,
    EntityStatus,
    IEntityRegistry,
    INSTITUTION,
    ISSUER
} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {Registries} from "../support/registries/Registries.sol";

/// @notice Each act once, by a governance without delays: what is stored, what is said, and each error.
contract EntitiesTest is Registries {
    uint8 private constant REASON = 7;

    function setUp() public {
        deployRegistries();
    }

    function test_registeringStoresEverythingAndSaysSo() public {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        vm.expectEmit(true, true, true, true, address(entities));
        emit IEntityRegistry.EntityRegistered(
            INSTITUTE,
            details.kinds,
            details.jurisdiction,
            details.lei,
            details.name,
            details.uri,
            1
        );
        entities.register(INSTITUTE, details);
        assertEntity(EntityStatus.ACTIVE, NOW, NOW, 1, details);
    }

    function test_amendingReplacesTheDetailsAndNothingElse() public {
        entities.register(INSTITUTE, usualDetails());
        IEntityRegistry.EntityDetails memory details = otherDetails();
        vm.warp(NOW + 5);
        vm.expectEmit(true, true, true, true, address(entities));
        emit IEntityRegistry.EntityAmended(
            INSTITUTE,
            details.kinds,
            details.jurisdiction,
            details.lei,
            details.name,
            details.uri,
            2
        );
        entities.amend(INSTITUTE, details);
        assertEntity(EntityStatus.ACTIVE, NOW, NOW, 2, details);
    }

    function test_aSuspendedEntityIsAmendedAndStaysSuspended() public {
        entities.register(INSTITUTE, usualDetails());
        entities.suspend(INSTITUTE, REASON);
        entities.amend(INSTITUTE, otherDetails());
        assertEntity(EntityStatus.SUSPENDED, NOW, NOW, 3, otherDetails());
    }

    function test_suspendingReinstatingAndWithdrawing() public {
        entities.register(INSTITUTE, usualDetails());

        vm.warp(NOW + 1);
        vm.expectEmit(true, true, true, true, address(entities));
        emit IEntityRegistry.EntitySuspended(INSTITUTE, REASON, 2);
        entities.suspend(INSTITUTE, REASON);
        assertEntity(EntityStatus.SUSPENDED, NOW, NOW + 1, 2, usualDetails());

        vm.warp(NOW + 2);
        vm.expectEmit(true, true, true, true, address(entities));
        emit IEntityRegistry.EntityReinstated(INSTITUTE, REASON + 1, 3);
        entities.reinstate(INSTITUTE, REASON + 1);
        assertEntity(EntityStatus.ACTIVE, NOW, NOW + 2, 3, usualDetails());

        vm.warp(NOW + 3);
        vm.expectEmit(true, true, true, true, address(entities));
        emit IEntityRegistry.EntityWithdrawn(INSTITUTE, REASON + 2, 4);
        entities.withdraw(INSTITUTE, REASON + 2);
        assertEntity(EntityStatus.WITHDRAWN, NOW, NOW + 3, 4, usualDetails());
    }

    function test_aWithdrawnEntityKeepsItsNameAndMayBeRegisteredAnew() public {
        entities.register(INSTITUTE, usualDetails());
        entities.suspend(INSTITUTE, REASON);
        entities.withdraw(INSTITUTE, REASON);
        assertEntity(EntityStatus.WITHDRAWN, NOW, NOW, 3, usualDetails());
        vm.warp(NOW + 9);
        entities.register(INSTITUTE, usualDetails());
        assertEntity(EntityStatus.ACTIVE, NOW + 9, NOW + 9, 4, usualDetails());
    }

    function test_aShorterNameLeavesNothingOfTheLongerOne() public {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        (details.name, details.uri) = (string(new bytes(256)), string(new bytes(2048)));
        entities.register(INSTITUTE, details);
        entities.amend(INSTITUTE, otherDetails());
        assertEntity(EntityStatus.ACTIVE, NOW, NOW, 2, otherDetails());
    }

    function test_everyStatusRefusesWhatItDoesNotAllow() public {
        refusedAs(EntityStatus.NONE, amendment(), suspension(), reinstatement(), withdrawal());
        entities.register(INSTITUTE, usualDetails());
        refusedAs(EntityStatus.ACTIVE, registration(), reinstatement(), registration(), reinstatement());
        entities.suspend(INSTITUTE, REASON);
        refusedAs(EntityStatus.SUSPENDED, registration(), suspension(), registration(), suspension());
        entities.withdraw(INSTITUTE, REASON);
        refusedAs(EntityStatus.WITHDRAWN, amendment(), suspension(), reinstatement(), withdrawal());
    }

    function test_nobodyIsNotRegistered() public {
        refused(
            abi.encodeCall(entities.register, (address(0), usualDetails())),
            abi.encodeWithSelector(IEntityRegistry.EntityRegistryAccountZero.selector)
        );
    }

    function test_theSameAgainIsRefused() public {
        entities.register(INSTITUTE, usualDetails());
        bytes memory failure = abi.encodeWithSelector(IEntityRegistry.EntityRegistryUnchanged.selector, INSTITUTE);
        refused(abi.encodeCall(entities.amend, (INSTITUTE, usualDetails())), failure);
    }

    function test_aChangeOfAnyOneDetailIsAChange() public {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        entities.register(INSTITUTE, details);
        details.kinds = INSTITUTION | AUTHORITY;
        amended(details, 2);
        details.jurisdiction = "FR";
        amended(details, 3);
        details.lei = 0;
        amended(details, 4);
        details.name = "B";
        amended(details, 5);
        details.uri = "";
        amended(details, 6);
    }

    function test_kindsAreAnyOfTheThreeAndAtLeastOne() public {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        for (uint256 kinds = 0; kinds < 256; ++kinds) {
            details.kinds = uint8(kinds);
            bool sound = kinds >= 1 && kinds <= 7;
            bytes4 selector = IEntityRegistry.EntityRegistryKindsInvalid.selector;
            tried(details, kinds, sound, abi.encodeWithSelector(selector, kinds));
        }
    }

    function test_aJurisdictionIsTwoCapitalLetters() public {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        for (uint256 i = 0; i < 512; ++i) {
            uint8 letter = uint8(i % 256);
            details.jurisdiction =
                i < 256 ? bytes2(bytes.concat(bytes1(letter), "E")) : bytes2(bytes.concat("D", bytes1(letter)));
            bytes4 selector = IEntityRegistry.EntityRegistryJurisdictionInvalid.selector;
            bytes memory failure = abi.encodeWithSelector(selector, details.jurisdiction);
            tried(details, i, letter >= 65 && letter <= 90, failure);
        }
    }

    function test_anLeiMayBeLeftOutButNotWrong() public {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        bytes4 selector = IEntityRegistry.EntityRegistryLeiInvalid.selector;
        details.lei = 0;
        tried(details, 0, true, "");
        details.lei = OTHER_LEI;
        tried(details, 1, true, "");
        details.lei = "5493001KJTIIGC8Y1R13";
        tried(details, 2, false, abi.encodeWithSelector(selector, details.lei));
        details.lei = bytes20(uint160(1));
        tried(details, 3, false, abi.encodeWithSelector(selector, details.lei));
    }

    function test_aNameHasOneTo256Bytes() public {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        bytes4 selector = IEntityRegistry.EntityRegistryNameLength.selector;
        uint16[5] memory lengths = [0, 1, 256, 257, 2048];
        for (uint256 i = 0; i < lengths.length; ++i) {
            details.name = string(new bytes(lengths[i]));
            tried(details, i, i == 1 || i == 2, abi.encodeWithSelector(selector, lengths[i], 256));
        }
    }

    function test_aUriHasAtMost2048Bytes() public {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        bytes4 selector = IEntityRegistry.EntityRegistryUriLength.selector;
        uint16[4] memory lengths = [0, 2048, 2049, 5000];
        for (uint256 i = 0; i < lengths.length; ++i) {
            details.uri = string(new bytes(lengths[i]));
            tried(details, i, i < 2, abi.encodeWithSelector(selector, lengths[i], 2048));
        }
    }

    function test_anAccountThatNeverWasIsAllZero() public view {
        IEntityRegistry.Entity memory nobody;
        assertEq(keccak256(abi.encode(entities.entityOf(HOLDER))), keccak256(abi.encode(nobody)), "entity");
        assertTrue(!entities.isActive(HOLDER, ISSUER), "active");
        assertTrue(!entities.isActive(HOLDER, 0), "active as nothing");
    }

    /// @dev Registering and amending judge details alike.
    function tried(IEntityRegistry.EntityDetails memory details, uint256 n, bool sound, bytes memory failure) private {
        address account = address(uint160(0x9000 + n));
        bytes memory registering = abi.encodeCall(entities.register, (account, details));
        if (sound) {
            entities.register(account, details);
            assertEq(keccak256(abi.encode(entities.entityOf(account).details)), keccak256(abi.encode(details)), "kept");
            return;
        }
        refused(registering, failure);
        IEntityRegistry.EntityDetails memory good = otherDetails();
        entities.register(account, good);
        refused(abi.encodeCall(entities.amend, (account, details)), failure);
    }

    function amended(IEntityRegistry.EntityDetails memory details, uint32 sequence) private {
        entities.amend(INSTITUTE, details);
        assertEntity(EntityStatus.ACTIVE, NOW, NOW, sequence, details);
    }

    function refused(bytes memory data, bytes memory failure) private {
        assertRefused(address(this), address(entities), data, failure);
    }

    function refusedAs(
        EntityStatus status,
        bytes memory first,
        bytes memory second,
        bytes memory third,
        bytes memory fourth
    ) private {
        bytes memory failure = abi.encodeWithSelector(IEntityRegistry.EntityRegistryStatus.selector, INSTITUTE, status);
        refused(first, failure);
        refused(second, failure);
        refused(third, failure);
        refused(fourth, failure);
    }

    function registration() private view returns (bytes memory) {
        return abi.encodeCall(entities.register, (INSTITUTE, usualDetails()));
    }

    function amendment() private view returns (bytes memory) {
        return abi.encodeCall(entities.amend, (INSTITUTE, usualDetails()));
    }

    function suspension() private view returns (bytes memory) {
        return abi.encodeCall(entities.suspend, (INSTITUTE, REASON));
    }

    function reinstatement() private view returns (bytes memory) {
        return abi.encodeCall(entities.reinstate, (INSTITUTE, REASON));
    }

    function withdrawal() private view returns (bytes memory) {
        return abi.encodeCall(entities.withdraw, (INSTITUTE, REASON));
    }

    function otherDetails() private pure returns (IEntityRegistry.EntityDetails memory) {
        return
            IEntityRegistry.EntityDetails({
                kinds: INSTITUTION | ISSUER,
                jurisdiction: "FR",
                lei: OTHER_LEI,
                name: unicode"Société générale",
                uri: ""
            });
    }

    function assertEntity(
        EntityStatus status,
        uint40 registeredAt,
        uint40 statusSince,
        uint32 sequence,
        IEntityRegistry.EntityDetails memory details
    ) private view {
        IEntityRegistry.Entity memory expected = IEntityRegistry.Entity({
            status: status,
            registeredAt: registeredAt,
            statusSince: statusSince,
            sequence: sequence,
            details: details
        });
        assertEq(keccak256(abi.encode(entities.entityOf(INSTITUTE))), keccak256(abi.encode(expected)), "entity");
    }
}
