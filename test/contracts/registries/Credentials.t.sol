// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {IEntityRegistry, ISSUER} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {CredentialRecord, CredentialStatus} from "../../../contracts/types/CredentialRecord.sol";
import {CredentialRef, toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {Registries} from "../support/registries/Registries.sol";

/// @notice Each act once, by transaction: what is stored, what is said, and each error.
contract CredentialsTest is Registries {
    address private constant ISSUED_BY = address(0x1550e4);
    uint8 private constant REASON = 3;

    CredentialRef private ref;
    CredentialRef private olderRef;

    function setUp() public {
        deployRegistries();
        registerEntity(ISSUED_BY, ISSUER);
        ref = toCredentialRef(HOLDER, ISSUED_BY, SEAL);
        olderRef = toCredentialRef(HOLDER, ISSUED_BY, OLDER_SEAL);
    }

    function test_anchoringStoresTheStatementAndSaysSo() public {
        bytes32 record = word(NOW, NOW - 1 days, NOW + 365 days, 0, 0, 0, 1);
        vm.expectEmit(true, true, true, true, address(credentials));
        emit ICredentialRegistry.CredentialAnchored(
            ref,
            HOLDER,
            ISSUED_BY,
            SEAL,
            TYPE,
            CredentialRef.wrap(0),
            CredentialRecord.wrap(record)
        );
        anchor(usualAnchor());
        assertCredential(ref, CredentialStatus.VALID, record, TYPE);
        assertLinks(ref, 0, 0);
    }

    function test_aNewerVersionSupersedesAnAnchoredOne() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.seal = OLDER_SEAL;
        anchor(request);
        vm.warp(NOW + 10);
        supersedes(word(NOW, NOW - 1 days, NOW + 365 days, 0, 0, NOW + 10, 2), NOW + 10);
        assertEq(credentials.typeOf(olderRef), TYPE, "type of the older");
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.VALID), "the newer");
    }

    function test_aNewerVersionSupersedesOneThatIsNotAnchored() public {
        supersedes(word(0, 0, 0, 0, 0, NOW, 1), NOW);
        assertEq(credentials.typeOf(olderRef), bytes32(0), "type of the older");
    }

    function test_whatWasSupersededBeforeItWasAnchoredStaysSo() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.replaces = OLDER_SEAL;
        anchor(request);
        (request.seal, request.replaces) = (OLDER_SEAL, 0);
        anchor(request);
        bytes32 record = word(NOW, NOW - 1 days, NOW + 365 days, 0, 0, NOW, 2);
        assertCredential(olderRef, CredentialStatus.SUPERSEDED, record, TYPE);
        assertLinks(olderRef, 0, CredentialRef.unwrap(ref));
    }

    function test_anEndedCredentialIsSupersededAllTheSame() public {
        revoke(OLDER_SEAL);
        withdraw(OLDER_SEAL);
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.replaces = OLDER_SEAL;
        anchor(request);
        assertCredential(olderRef, CredentialStatus.REVOKED, word(0, 0, 0, NOW, NOW, NOW, 3), 0);
        assertLinks(olderRef, 0, CredentialRef.unwrap(ref));
    }

    function test_theIssuerRevokes() public {
        anchor(usualAnchor());
        vm.warp(NOW + 1);
        bytes32 record = word(NOW, NOW - 1 days, NOW + 365 days, NOW + 1, 0, 0, 2);
        vm.expectEmit(true, true, true, true, address(credentials));
        emit ICredentialRegistry.CredentialRevoked(ref, HOLDER, ISSUED_BY, SEAL, REASON, CredentialRecord.wrap(record));
        revoke(SEAL);
        assertCredential(ref, CredentialStatus.REVOKED, record, TYPE);
    }

    function test_theHolderWithdraws() public {
        anchor(usualAnchor());
        vm.warp(NOW + 1);
        bytes32 record = word(NOW, NOW - 1 days, NOW + 365 days, 0, NOW + 1, 0, 2);
        vm.expectEmit(true, true, true, true, address(credentials));
        emit ICredentialRegistry.CredentialWithdrawn(
            ref,
            HOLDER,
            ISSUED_BY,
            SEAL,
            REASON,
            CredentialRecord.wrap(record)
        );
        withdraw(SEAL);
        assertCredential(ref, CredentialStatus.WITHDRAWN, record, TYPE);
    }

    function test_bothSidesMayTakeItBackInEitherOrder() public {
        revoke(SEAL);
        vm.warp(NOW + 1);
        withdraw(SEAL);
        assertCredential(ref, CredentialStatus.REVOKED, word(0, 0, 0, NOW, NOW + 1, 0, 2), 0);
        withdraw(OLDER_SEAL);
        assertCredential(olderRef, CredentialStatus.WITHDRAWN, word(0, 0, 0, 0, NOW + 1, 0, 1), 0);
        vm.warp(NOW + 2);
        revoke(OLDER_SEAL);
        assertCredential(olderRef, CredentialStatus.REVOKED, word(0, 0, 0, NOW + 2, NOW + 1, 0, 2), 0);
    }

    function test_anEndThatCameFirstIsNotUndoneByTheAnchor() public {
        revoke(SEAL);
        anchor(usualAnchor());
        bytes32 record = word(NOW, NOW - 1 days, NOW + 365 days, NOW, 0, 0, 2);
        assertCredential(ref, CredentialStatus.REVOKED, record, TYPE);
    }

    /// @dev Whoever is suspended can no longer vouch, but must still be able to take back.
    function test_aSuspendedIssuerRevokesButAnchorsNothing() public {
        anchor(usualAnchor());
        entities.suspend(ISSUED_BY, 1);
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.seal = OLDER_SEAL;
        refused(request, notActive());
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.VALID), "what it anchored stands");
        revoke(SEAL);
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.REVOKED), "revoked");
        entities.reinstate(ISSUED_BY, 1);
        anchor(request);
    }

    function test_anInstitutionIsNotAnIssuer() public {
        amendKinds(6);
        refused(usualAnchor(), notActive());
        amendKinds(7);
        anchor(usualAnchor());
    }

    function test_validityHasABeginningAndAnEnd() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        (request.validFrom, request.validUntil) = (NOW + 10, NOW + 11);
        anchor(request);
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.NOT_YET_VALID), "before");
        vm.warp(NOW + 9);
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.NOT_YET_VALID), "a second before");
        vm.warp(NOW + 10);
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.VALID), "from its second on");
        vm.warp(NOW + 11);
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.EXPIRED), "until its second");
    }

    function test_theWidestValidity() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        (request.validFrom, request.validUntil) = (MAX_TIME - 1, MAX_TIME);
        anchor(request);
        bytes32 record = word(NOW, MAX_TIME - 1, MAX_TIME, 0, 0, 0, 1);
        assertCredential(ref, CredentialStatus.NOT_YET_VALID, record, TYPE);
        (request.seal, request.validFrom, request.validUntil) = (OLDER_SEAL, MAX_TIME, 0);
        anchor(request);
        (request.seal, request.validFrom, request.validUntil) = ("from the start, without end", 0, 0);
        anchor(request);
        CredentialRef endless = toCredentialRef(HOLDER, ISSUED_BY, request.seal);
        assertCredential(endless, CredentialStatus.VALID, word(NOW, 0, 0, 0, 0, 0, 1), TYPE);
        request.seal = "expired long ago";
        (request.validFrom, request.validUntil) = (0, 1);
        anchor(request);
        CredentialRef expired = toCredentialRef(HOLDER, ISSUED_BY, request.seal);
        assertCredential(expired, CredentialStatus.EXPIRED, word(NOW, 0, 1, 0, 0, 0, 1), TYPE);
    }

    function test_statementsThatAreNotSoundAreRefused() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.holder = address(0);
        refused(request, abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryHolderZero.selector));
        request = usualAnchor();
        request.seal = 0;
        refused(request, abi.encodeWithSelector(ICredentialRegistry.CredentialRegistrySealZero.selector));
        request = usualAnchor();
        request.credentialType = 0;
        refused(request, abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryTypeZero.selector));
        request = usualAnchor();
        request.replaces = SEAL;
        refused(request, abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryReplacesItself.selector, ref));
        request = usualAnchor();
        request.validUntil = MAX_TIME + 1;
        refused(request, tooFar(MAX_TIME + 1));
        request.validFrom = type(uint64).max;
        refused(request, tooFar(type(uint64).max));
        (request.validFrom, request.validUntil) = (MAX_TIME + 1, 0);
        refused(request, tooFar(MAX_TIME + 1));
        (request.validFrom, request.validUntil) = (NOW, NOW);
        refused(request, validityEmpty(NOW, NOW));
        (request.validFrom, request.validUntil) = (NOW, NOW - 1);
        refused(request, validityEmpty(NOW, NOW - 1));
        request.validUntil = NOW + 1;
        anchor(request);
    }

    function test_theNameOfACredentialHasNoZeros() public {
        bytes memory zero = abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryHolderZero.selector);
        assertRefused(ISSUED_BY, address(credentials), abi.encodeCall(credentials.revoke, (address(0), SEAL, 1)), zero);
        zero = abi.encodeWithSelector(ICredentialRegistry.CredentialRegistrySealZero.selector);
        assertRefused(ISSUED_BY, address(credentials), abi.encodeCall(credentials.revoke, (HOLDER, 0, 1)), zero);
        assertRefused(HOLDER, address(credentials), abi.encodeCall(credentials.withdraw, (ISSUED_BY, 0, 1)), zero);
        zero = abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryIssuerZero.selector);
        assertRefused(HOLDER, address(credentials), abi.encodeCall(credentials.withdraw, (address(0), SEAL, 1)), zero);
        bytes memory data = abi.encodeCall(credentials.anchorWithSig, (address(0), usualAnchor(), ""));
        assertRefused(HOLDER, address(credentials), data, zero);
        data = abi.encodeCall(credentials.revokeWithSig, (address(0), HOLDER, SEAL, 1, ""));
        assertRefused(HOLDER, address(credentials), data, zero);
    }

    function test_aTransactionThatWouldDoNothingIsRefused() public {
        anchor(usualAnchor());
        refused(
            usualAnchor(),
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryAlreadyAnchored.selector, ref)
        );
        revoke(SEAL);
        withdraw(SEAL);
        vm.warp(NOW + 5);
        bytes memory ended = abi.encodeWithSelector(
            ICredentialRegistry.CredentialRegistryAlreadyEnded.selector,
            ref,
            NOW
        );
        assertRefused(ISSUED_BY, address(credentials), abi.encodeCall(credentials.revoke, (HOLDER, SEAL, 1)), ended);
        assertRefused(HOLDER, address(credentials), abi.encodeCall(credentials.withdraw, (ISSUED_BY, SEAL, 1)), ended);
    }

    function test_aCredentialHasOneSuccessor() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.replaces = OLDER_SEAL;
        anchor(request);
        request.seal = "another";
        refused(
            request,
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryAlreadySuperseded.selector, olderRef, ref)
        );
        assertLinks(olderRef, 0, CredentialRef.unwrap(ref));
        CredentialRef another = toCredentialRef(HOLDER, ISSUED_BY, "another");
        assertCredential(another, CredentialStatus.NOT_ANCHORED, 0, 0);
    }

    /// @dev An issuer that contradicts itself harms its own credentials only.
    function test_inACircleAllAreSuperseded() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.replaces = OLDER_SEAL;
        anchor(request);
        (request.seal, request.replaces) = (OLDER_SEAL, SEAL);
        anchor(request);
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.SUPERSEDED), "one");
        assertEq(uint256(credentials.statusOf(olderRef)), uint256(CredentialStatus.SUPERSEDED), "the other");
        assertLinks(ref, CredentialRef.unwrap(olderRef), CredentialRef.unwrap(olderRef));
    }

    function test_entitiesIsWhereIssuersAreRegistered() public view {
        assertEq(address(credentials.entities()), address(entities), "entities");
    }

    function supersedes(bytes32 olderRecord, uint40 time) private {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.replaces = OLDER_SEAL;
        vm.expectEmit(true, true, true, true, address(credentials));
        emit ICredentialRegistry.CredentialAnchored(
            ref,
            HOLDER,
            ISSUED_BY,
            SEAL,
            TYPE,
            olderRef,
            CredentialRecord.wrap(word(time, NOW - 1 days, NOW + 365 days, 0, 0, 0, 1))
        );
        vm.expectEmit(true, true, true, true, address(credentials));
        emit ICredentialRegistry.CredentialSuperseded(
            olderRef,
            HOLDER,
            ISSUED_BY,
            OLDER_SEAL,
            ref,
            CredentialRecord.wrap(olderRecord)
        );
        anchor(request);
        assertEq(CredentialRecord.unwrap(credentials.recordOf(olderRef)), olderRecord, "record of the older");
        assertEq(uint256(credentials.statusOf(olderRef)), uint256(CredentialStatus.SUPERSEDED), "status of the older");
        assertLinks(ref, CredentialRef.unwrap(olderRef), 0);
        assertLinks(olderRef, 0, CredentialRef.unwrap(ref));
    }

    function anchor(ICredentialRegistry.AnchorRequest memory request) private {
        vm.prank(ISSUED_BY);
        credentials.anchor(request);
    }

    function amendKinds(uint8 kinds) private {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        details.kinds = kinds;
        entities.amend(ISSUED_BY, details);
    }

    function revoke(bytes32 seal) private {
        vm.prank(ISSUED_BY);
        credentials.revoke(HOLDER, seal, REASON);
    }

    function withdraw(bytes32 seal) private {
        vm.prank(HOLDER);
        credentials.withdraw(ISSUED_BY, seal, REASON);
    }

    function refused(ICredentialRegistry.AnchorRequest memory request, bytes memory failure) private {
        assertRefused(ISSUED_BY, address(credentials), abi.encodeCall(credentials.anchor, (request)), failure);
    }

    function notActive() private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryIssuerNotActive.selector, ISSUED_BY);
    }

    function tooFar(uint64 time) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryTimeTooFar.selector, time, MAX_TIME);
    }

    function validityEmpty(uint64 from, uint64 until) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryValidityEmpty.selector, from, until);
    }

    function assertCredential(CredentialRef of_, CredentialStatus status, bytes32 record, bytes32 type_) private view {
        assertEq(CredentialRecord.unwrap(credentials.recordOf(of_)), record, "record");
        assertEq(uint256(credentials.statusOf(of_)), uint256(status), "status");
        assertEq(credentials.typeOf(of_), type_, "type");
    }

    function assertLinks(CredentialRef of_, bytes32 predecessor, bytes32 successor) private view {
        assertEq(CredentialRef.unwrap(credentials.predecessorOf(of_)), predecessor, "predecessor");
        assertEq(CredentialRef.unwrap(credentials.successorOf(of_)), successor, "successor");
    }
}
