// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {ISSUER} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {CredentialRecord, CredentialStatus} from "../../../contracts/types/CredentialRecord.sol";
import {CredentialRef, toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {Statements} from "../support/registries/Statements.sol";
import {Wallet} from "../support/registries/Wallet.sol";
import {Vm} from "../support/Test.sol";

/// @notice What an issuer signs once is taken everywhere, as often as it is brought; nothing else is.
contract CredentialSignaturesTest is Statements {
    /// @dev Order of the curve secp256k1 (SEC 2).
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    address private constant CARRIER = address(0xca44);
    uint8 private constant REASON = 3;

    address private issuer;
    CredentialRef private ref;

    function setUp() public {
        deployRegistries();
        issuer = vm.addr(ISSUER_KEY);
        registerEntity(issuer, ISSUER);
        registerEntity(vm.addr(OTHER_KEY), ISSUER);
        ref = toCredentialRef(HOLDER, issuer, SEAL);
    }

    function test_anyoneCarriesAStatement() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.replaces = OLDER_SEAL;
        bytes memory signature = signedAnchor(ISSUER_KEY, credentials, request);
        vm.expectEmit(true, true, true, true, address(credentials));
        emit ICredentialRegistry.CredentialAnchored(
            ref,
            HOLDER,
            issuer,
            SEAL,
            TYPE,
            toCredentialRef(HOLDER, issuer, OLDER_SEAL),
            CredentialRecord.wrap(word(NOW, NOW - 1 days, NOW + 365 days, 0, 0, 0, 1))
        );
        vm.prank(CARRIER);
        assertTrue(credentials.anchorWithSig(issuer, request, signature), "anchored");

        signature = signedRevocation(ISSUER_KEY, credentials, HOLDER, SEAL, REASON);
        vm.expectEmit(true, true, true, true, address(credentials));
        emit ICredentialRegistry.CredentialRevoked(
            ref,
            HOLDER,
            issuer,
            SEAL,
            REASON,
            CredentialRecord.wrap(word(NOW, NOW - 1 days, NOW + 365 days, NOW, 0, 0, 2))
        );
        vm.prank(CARRIER);
        assertTrue(credentials.revokeWithSig(issuer, HOLDER, SEAL, REASON, signature), "revoked");
        assertEq(uint256(credentials.statusOf(ref)), uint256(CredentialStatus.REVOKED), "status");
    }

    function testFuzz_everyFieldArrivesAsItWasSigned(
        address holder,
        bytes32 seal,
        bytes32 credentialType,
        uint40 from,
        uint40 until,
        bytes32 replaces
    ) public {
        vm.assume(holder != address(0) && seal != 0 && credentialType != 0 && seal != replaces);
        vm.assume(until == 0 || from < until);
        ICredentialRegistry.AnchorRequest memory request = ICredentialRegistry.AnchorRequest({
            holder: holder,
            seal: seal,
            credentialType: credentialType,
            validFrom: from,
            validUntil: until,
            replaces: replaces
        });
        assertTrue(credentials.anchorWithSig(issuer, request, signedAnchor(ISSUER_KEY, credentials, request)), "done");
        CredentialRef anchored = toCredentialRef(holder, issuer, seal);
        assertEq(CredentialRecord.unwrap(credentials.recordOf(anchored)), word(NOW, from, until, 0, 0, 0, 1), "record");
        assertEq(credentials.typeOf(anchored), credentialType, "type");
        bytes32 older = replaces == 0 ? replaces : CredentialRef.unwrap(toCredentialRef(holder, issuer, replaces));
        assertEq(CredentialRef.unwrap(credentials.predecessorOf(anchored)), older, "predecessor");
    }

    function test_theSameStatementAgainDoesNothing() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        bytes memory signature = signedAnchor(ISSUER_KEY, credentials, request);
        bytes memory revocation = signedRevocation(ISSUER_KEY, credentials, HOLDER, SEAL, REASON);
        assertTrue(credentials.anchorWithSig(issuer, request, signature), "anchored");
        vm.warp(NOW + 1);
        assertNothing(abi.encodeCall(credentials.anchorWithSig, (issuer, request, signature)));
        credentials.revokeWithSig(issuer, HOLDER, SEAL, REASON, revocation);
        vm.warp(NOW + 2);
        assertNothing(abi.encodeCall(credentials.revokeWithSig, (issuer, HOLDER, SEAL, REASON, revocation)));
        // An anchor that comes after the end again, and another reason for the same end.
        assertNothing(abi.encodeCall(credentials.anchorWithSig, (issuer, request, signature)));
        revocation = signedRevocation(ISSUER_KEY, credentials, HOLDER, SEAL, REASON + 1);
        assertNothing(abi.encodeCall(credentials.revokeWithSig, (issuer, HOLDER, SEAL, REASON + 1, revocation)));
    }

    function test_whatIsHereAlreadyNeedsNeitherStandingNorSignature() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        vm.prank(issuer);
        credentials.anchor(request);
        vm.prank(issuer);
        credentials.revoke(HOLDER, SEAL, REASON);
        entities.withdraw(issuer, 1);
        assertNothing(abi.encodeCall(credentials.anchorWithSig, (issuer, request, "")));
        assertNothing(abi.encodeCall(credentials.revokeWithSig, (issuer, HOLDER, SEAL, REASON, "")));
    }

    function test_anotherStatementAboutAnAnchoredCredentialIsRefused() public {
        ICredentialRegistry.AnchorRequest memory first = usualAnchor();
        first.replaces = OLDER_SEAL;
        vm.prank(issuer);
        credentials.anchor(first);
        bytes memory failure = abi.encodeWithSelector(
            ICredentialRegistry.CredentialRegistryAlreadyAnchored.selector,
            ref
        );
        for (uint256 i = 0; i < 5; ++i) {
            ICredentialRegistry.AnchorRequest memory other = usualAnchor();
            other.replaces = OLDER_SEAL;
            if (i == 0) other.credentialType = "other";
            if (i == 1) --other.validFrom;
            if (i == 2) ++other.validUntil;
            if (i == 3) other.replaces = 0;
            if (i == 4) other.replaces = "other";
            refused(
                abi.encodeCall(
                    credentials.anchorWithSig,
                    (issuer, other, signedAnchor(ISSUER_KEY, credentials, other))
                ),
                failure
            );
        }
    }

    /// @dev Whichever field is not the one that was signed.
    function test_noFieldCanBeExchanged() public {
        bytes memory signature = signedAnchor(ISSUER_KEY, credentials, usualAnchor());
        for (uint256 i = 0; i < 6; ++i) {
            ICredentialRegistry.AnchorRequest memory other = usualAnchor();
            if (i == 0) other.holder = INSTITUTE;
            if (i == 1) other.seal = OLDER_SEAL;
            if (i == 2) other.credentialType = "other";
            if (i == 3) --other.validFrom;
            if (i == 4) ++other.validUntil;
            if (i == 5) other.replaces = OLDER_SEAL;
            anchorRefused(issuer, other, signature);
        }
        anchorRefused(vm.addr(OTHER_KEY), usualAnchor(), signature);

        signature = signedRevocation(ISSUER_KEY, credentials, HOLDER, SEAL, REASON);
        revokeRefused(issuer, INSTITUTE, SEAL, REASON, signature);
        revokeRefused(issuer, HOLDER, OLDER_SEAL, REASON, signature);
        revokeRefused(issuer, HOLDER, SEAL, REASON + 1, signature);
        revokeRefused(vm.addr(OTHER_KEY), HOLDER, SEAL, REASON, signature);
    }

    function test_malleableShortAndForeignSignaturesAreRefused() public {
        bytes32 anchoring = anchorDigest(address(credentials), issuer, usualAnchor());
        bytes32 revoking = revokeDigest(address(credentials), issuer, HOLDER, SEAL, REASON);
        for (uint256 i = 0; i < 7; ++i) {
            anchorRefused(issuer, usualAnchor(), bad(anchoring, i));
            revokeRefused(issuer, HOLDER, SEAL, REASON, bad(revoking, i));
        }
        // One statement is not the other, and a type with another name or order is neither.
        anchorRefused(issuer, usualAnchor(), signed(ISSUER_KEY, revoking));
        revokeRefused(issuer, HOLDER, SEAL, REASON, signed(ISSUER_KEY, anchoring));
        bytes32 wrongType = keccak256("Revoke(address holder,address issuer,bytes32 seal,uint8 reason)");
        bytes32 digest = digestOf(address(credentials), abi.encode(wrongType, HOLDER, issuer, SEAL, REASON));
        revokeRefused(issuer, HOLDER, SEAL, REASON, signed(ISSUER_KEY, digest));
    }

    function test_aSignatureForAnotherDeploymentIsRefused() public {
        ICredentialRegistry other = deployCredentials();
        anchorRefused(issuer, usualAnchor(), signedAnchor(ISSUER_KEY, other, usualAnchor()));
        bytes memory signature = signedRevocation(ISSUER_KEY, other, HOLDER, SEAL, REASON);
        revokeRefused(issuer, HOLDER, SEAL, REASON, signature);
        assertTrue(other.revokeWithSig(issuer, HOLDER, SEAL, REASON, signature), "where it was meant for");
    }

    function test_oneSignatureIsGoodOnEveryChain() public {
        bytes memory signature = signedAnchor(ISSUER_KEY, credentials, usualAnchor());
        bytes memory revocation = signedRevocation(ISSUER_KEY, credentials, HOLDER, SEAL, REASON);
        vm.chainId(42_161);
        assertTrue(credentials.anchorWithSig(issuer, usualAnchor(), signature), "anchored");
        vm.chainId(type(uint64).max);
        assertTrue(credentials.revokeWithSig(issuer, HOLDER, SEAL, REASON, revocation), "revoked");
    }

    function test_aSignedStatementNeedsAnActiveIssuerAndARevocationDoesNot() public {
        entities.suspend(issuer, 1);
        bytes memory signature = signedAnchor(ISSUER_KEY, credentials, usualAnchor());
        bytes memory failure = abi.encodeWithSelector(
            ICredentialRegistry.CredentialRegistryIssuerNotActive.selector,
            issuer
        );
        refused(abi.encodeCall(credentials.anchorWithSig, (issuer, usualAnchor(), signature)), failure);
        signature = signedRevocation(ISSUER_KEY, credentials, HOLDER, SEAL, REASON);
        assertTrue(credentials.revokeWithSig(issuer, HOLDER, SEAL, REASON, signature), "revoked");
    }

    function test_aSecondSuccessorIsRefusedWithASignatureToo() public {
        ICredentialRegistry.AnchorRequest memory request = usualAnchor();
        request.replaces = OLDER_SEAL;
        credentials.anchorWithSig(issuer, request, signedAnchor(ISSUER_KEY, credentials, request));
        request.seal = "another";
        bytes memory signature = signedAnchor(ISSUER_KEY, credentials, request);
        bytes memory failure = abi.encodeWithSelector(
            ICredentialRegistry.CredentialRegistryAlreadySuperseded.selector,
            toCredentialRef(HOLDER, issuer, OLDER_SEAL),
            ref
        );
        refused(abi.encodeCall(credentials.anchorWithSig, (issuer, request, signature)), failure);
    }

    function test_aContractIssues() public {
        Wallet wallet = new Wallet(vm.addr(OTHER_KEY));
        registerEntity(address(wallet), ISSUER);
        bytes32 digest = anchorDigest(address(credentials), address(wallet), usualAnchor());
        anchorRefused(address(wallet), usualAnchor(), signed(ISSUER_KEY, digest));
        bytes memory signature = signed(OTHER_KEY, digest);
        assertTrue(credentials.anchorWithSig(address(wallet), usualAnchor(), signature), "anchored");

        digest = revokeDigest(address(credentials), address(wallet), HOLDER, SEAL, REASON);
        bytes memory revocation = signed(OTHER_KEY, digest);
        wallet.hand(issuer);
        revokeRefused(address(wallet), HOLDER, SEAL, REASON, revocation);
        // What it said under its last owner is here already, and is not asked for again.
        assertNothing(abi.encodeCall(credentials.anchorWithSig, (address(wallet), usualAnchor(), signature)));
        revocation = signed(ISSUER_KEY, digest);
        assertTrue(credentials.revokeWithSig(address(wallet), HOLDER, SEAL, REASON, revocation), "revoked");
    }

    function test_theDomainIsThatOfPortableSignatures() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = credentials.eip712Domain();
        // ERC-5267: bits name, version and verifyingContract.
        assertEq(uint8(fields), 1 + 2 + 8, "fields");
        assertEq(keccak256(bytes(name)), keccak256("CredentialRegistry"), "name");
        assertEq(keccak256(bytes(version)), keccak256("1"), "version");
        assertEq(chainId, 0, "chainId");
        assertEq(verifyingContract, address(credentials), "verifyingContract");
        assertEq(salt, bytes32(0), "salt");
        assertEq(extensions.length, 0, "extensions");
    }

    function bad(bytes32 digest, uint256 kind) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ISSUER_KEY, digest);
        if (kind == 0) return abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        if (kind == 1) return abi.encodePacked(r, s);
        if (kind == 2) return abi.encodePacked(r, s, v, uint8(0));
        if (kind == 3) return abi.encodePacked(r, s, v - 27);
        // The compact form (EIP-2098).
        if (kind == 4) return abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        if (kind == 5) return "";
        return signed(OTHER_KEY, digest);
    }

    function anchorRefused(
        address by,
        ICredentialRegistry.AnchorRequest memory request,
        bytes memory signature
    ) private {
        bytes32 digest = anchorDigest(address(credentials), by, request);
        refused(abi.encodeCall(credentials.anchorWithSig, (by, request, signature)), invalid(by, digest));
    }

    function revokeRefused(address by, address holder, bytes32 seal, uint8 reason, bytes memory signature) private {
        bytes32 digest = revokeDigest(address(credentials), by, holder, seal, reason);
        refused(abi.encodeCall(credentials.revokeWithSig, (by, holder, seal, reason, signature)), invalid(by, digest));
    }

    function refused(bytes memory data, bytes memory failure) private {
        assertRefused(CARRIER, address(credentials), data, failure);
    }

    function invalid(address by, bytes32 digest) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryInvalidSignature.selector, by, digest);
    }

    /// @dev It succeeds, answers false, writes nothing and says nothing.
    function assertNothing(bytes memory data) private {
        vm.record();
        vm.recordLogs();
        (bool done, bytes memory answer) = answerTo(CARRIER, address(credentials), data);
        (, bytes32[] memory writes) = vm.accesses(address(credentials));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertTrue(done, "refused");
        assertEq(abi.decode(answer, (bool)), false, "done");
        assertEq(writes.length, 0, "words written");
        assertEq(logs.length, 0, "events");
    }
}
