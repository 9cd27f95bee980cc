// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {CredentialStatus} from "../../../contracts/types/CredentialRecord.sol";
import {CredentialRef, toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {Issued} from "../support/registries/Issued.sol";

/// @notice Every error of an act by transaction, with its arguments.
contract CredentialErrorsTest is Issued {
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

    function tooFar(uint64 time) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryTimeTooFar.selector, time, MAX_TIME);
    }

    function validityEmpty(uint64 from, uint64 until) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryValidityEmpty.selector, from, until);
    }
}
