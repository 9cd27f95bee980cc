// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {CredentialRecord, CredentialStatus} from "../../../contracts/types/CredentialRecord.sol";
import {CredentialRef, toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {Issued} from "../support/registries/Issued.sol";

/// @notice Each act once, by transaction: what is stored and what is said.
contract CredentialsTest is Issued {
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

    function amendKinds(uint8 kinds) private {
        IEntityRegistry.EntityDetails memory details = usualDetails();
        details.kinds = kinds;
        entities.amend(ISSUED_BY, details);
    }
}
