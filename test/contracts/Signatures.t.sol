// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {GrantRecord, GrantState} from "../../contracts/types/GrantRecord.sol";
import {SignedFixture} from "./support/SignedFixture.sol";
import {Errors} from "./support/Errors.sol";
import {Terms} from "./support/Model.sol";

/// @notice Granting and revoking by a signature that a stranger brings.
contract SignaturesTest is SignedFixture {
    uint64 private constant DEADLINE = uint64(NOW) + 3600;

    function test_aSignatureGrantsAsTheHolderWould() public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.Granted(credential, signer, GRANTEE, ISSUER, SEAL, PURPOSE, 3, firstRecord(), CONTEXT);
        bring(usual(), 0, DEADLINE, signature);
        assertState(GrantState.ACTIVE);
    }

    function test_aSignatureRevokesAsTheHolderWould() public {
        grantBySigner(usual());
        bytes memory signature = signed(KEY, revokeDigest(here(), signer, revocation(), 1, DEADLINE));
        vm.prank(STRANGER);
        grants.revokeWithSig(signer, revocation(), 1, DEADLINE, signature);
        assertEq(terms().revokedAt, NOW, "revokedAt");
        assertEq(terms().sequence, 2, "sequence");
        assertState(GrantState.RETAINED);
    }

    function test_isGoodInTheLastSecondOfItsDeadlineAndNotAfter() public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsSignatureExpired, (DEADLINE, DEADLINE + 1)));
        bring(usual(), 0, DEADLINE, signature);
        vm.warp(DEADLINE);
        bring(usual(), 0, DEADLINE, signature);
        assertState(GrantState.ACTIVE);
    }

    function test_replay_onTheSameChain() public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        bring(usual(), 0, DEADLINE, signature);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsStaleSequence, (id, 0, 1)));
        bring(usual(), 0, DEADLINE, signature);
        refusedForSequence(usual(), 1, signature);
    }

    function test_replay_afterRevoke() public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        bring(usual(), 0, DEADLINE, signature);
        vm.prank(signer);
        grants.revoke(revocation());
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsStaleSequence, (id, 0, 2)));
        bring(usual(), 0, DEADLINE, signature);
        refusedForSequence(usual(), 2, signature);
        assertState(GrantState.RETAINED);
    }

    function test_replay_afterAmendment() public {
        grantBySigner(usual());
        IAccessGrants.GrantRequest memory longer = usual();
        longer.retention += 1;
        bytes memory signature = signed(KEY, grantDigest(here(), signer, longer, 1, DEADLINE));
        longer.retention += 1;
        grantBySigner(longer);
        longer.retention -= 1;
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsStaleSequence, (id, 1, 2)));
        bring(longer, 1, DEADLINE, signature);
    }

    function test_replay_ofARevocationAfterANewGrant() public {
        grantBySigner(usual());
        bytes memory signature = signed(KEY, revokeDigest(here(), signer, revocation(), 1, DEADLINE));
        grants.revokeWithSig(signer, revocation(), 1, DEADLINE, signature);
        grantBySigner(usual());
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsStaleSequence, (id, 1, 3)));
        grants.revokeWithSig(signer, revocation(), 1, DEADLINE, signature);
        assertState(GrantState.ACTIVE);
    }

    function testFuzz_replay_onAnotherChain(uint64 chain) public {
        vm.assume(chain != 0 && chain != block.chainid);
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        bytes32 due = grantDigest(SigningDomain(chain, address(grants)), signer, usual(), 0, DEADLINE);
        vm.chainId(chain);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (signer, due)));
        bring(usual(), 0, DEADLINE, signature);
    }

    function test_replay_onAnotherDeployment() public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        IAccessGrants other = deployAccessGrants();
        bytes32 due = grantDigest(SigningDomain(block.chainid, address(other)), signer, usual(), 0, DEADLINE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (signer, due)));
        other.grantWithSig(signer, usual(), 0, DEADLINE, signature);
    }

    function test_signaturesForDifferentGrantsAreIndependent() public {
        IAccessGrants.GrantRequest memory other = usual();
        other.purpose += 1;
        bytes memory first = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        bytes memory second = signed(KEY, grantDigest(here(), signer, other, 0, DEADLINE));
        bring(other, 0, DEADLINE, second);
        bring(usual(), 0, DEADLINE, first);
        assertState(GrantState.ACTIVE);
    }

    function test_refusesTheMirroredSignature() public {
        refused(mirrored(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE)));
    }

    function test_refusesTheCompactSignature() public {
        refused(compact(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE)));
    }

    function testFuzz_refusesSignaturesOfOtherLengths(uint256 length) public {
        bytes memory whole = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        length = length % 131;
        vm.assume(length != 65);
        bytes memory cut = new bytes(length);
        for (uint256 i = 0; i < length; ++i) cut[i] = whole[i % 65];
        refused(cut);
    }

    function testFuzz_refusesASignatureWithAnyBitChanged(uint256 bit) public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        bit = bit % 520;
        signature[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        refused(signature);
    }

    function testFuzz_refusesAnotherKey(uint256 key) public {
        key = between(key, 1, SECP256K1_ORDER - 1);
        vm.assume(key != KEY);
        refused(signed(key, grantDigest(here(), signer, usual(), 0, DEADLINE)));
    }

    /// @dev What is signed as one thing cannot be used as another.
    function test_refusesASignatureOfAnotherType() public {
        bytes32 structHash = keccak256(
            bytes.concat(
                keccak256("Grant(address holder)"),
                abi.encode(signer),
                abi.encode(usual()),
                abi.encode(uint16(0), DEADLINE)
            )
        );
        refused(signed(KEY, digestOf(here(), structHash)));
        refused(signed(KEY, grantDigest(SigningDomain(0, address(grants)), signer, usual(), 0, DEADLINE)));
    }

    /// @dev Nothing in a request can be changed after it was signed.
    function testFuzz_refusesAnythingButWhatWasSigned(uint256 field, uint64 value) public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        IAccessGrants.GrantRequest memory r = usual();
        field = field % 11;
        if (field == 0) r.issuer = address(uint160(uint256(value) + 1));
        if (field == 1) r.seal = keccak256(abi.encode(value));
        if (field == 2) r.grantee = address(uint160(uint256(value) + 1));
        if (field == 3) r.purpose = uint16(value % 65_535) + 1;
        if (field == 4) r.legalBasis = uint8(value);
        if (field == 5) r.notBefore = value;
        if (field == 6) r.expiresAt = value;
        if (field == 7) r.lockedUntil = value;
        if (field == 8) r.retention = value;
        if (field == 9) r.allowOnward = true;
        if (field == 10) r.context = keccak256(abi.encode(value));
        vm.assume(keccak256(abi.encode(r)) != keccak256(abi.encode(usual())));
        vm.expectRevert(
            abi.encodeCall(Errors.AccessGrantsInvalidSignature, (signer, grantDigest(here(), signer, r, 0, DEADLINE)))
        );
        bring(r, 0, DEADLINE, signature);
    }

    function test_refusesAnotherDeadlineThanWasSigned() public {
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        bytes32 due = grantDigest(here(), signer, usual(), 0, DEADLINE + 1);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (signer, due)));
        bring(usual(), 0, DEADLINE + 1, signature);
    }

    function test_theZeroAddressIsNobodysSignature() public {
        bytes32 due = grantDigest(here(), address(0), usual(), 0, DEADLINE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (address(0), due)));
        grants.grantWithSig(address(0), usual(), 0, DEADLINE, new bytes(65));
    }

    function test_whatIsRefusedWithoutASignatureIsRefusedWithOne() public {
        IAccessGrants.GrantRequest memory r = usual();
        r.purpose = 0;
        bytes memory signature = signed(KEY, grantDigest(here(), signer, r, 0, DEADLINE));
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsPurposeZero, ()));
        bring(r, 0, DEADLINE, signature);
        r.purpose = PURPOSE;
        r.grantee = signer;
        signature = signed(KEY, grantDigest(here(), signer, r, 0, DEADLINE));
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsSelfGrant, (signer)));
        bring(r, 0, DEADLINE, signature);
    }

    /// @dev It says what is to be, whatever was before: the interface warns of it. What was to be kept is kept.
    function test_whatWasSignedAsAnExtensionBeginsANewPeriodAfterTheExpiry() public {
        grantBySigner(usual());
        IAccessGrants.GrantRequest memory longer = usual();
        longer.expiresAt += YEAR;
        uint64 deadline = uint64(NOW) + 2 * YEAR + 10;
        bytes memory signature = signed(KEY, grantDigest(here(), signer, longer, 1, deadline));
        vm.warp(NOW + 2 * YEAR + 10);
        assertState(GrantState.RETAINED);
        bring(longer, 1, deadline, signature);
        assertState(GrantState.ACTIVE);
        assertEq(terms().grantedAt, NOW + 2 * YEAR + 10, "grantedAt");
        assertEq(terms().lockedUntil, NOW + 7 * YEAR, "lockedUntil");
    }

    function test_tellsItsDomain() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = grants.eip712Domain();
        assertEq(uint8(fields), 15, "fields");
        assertEq(keccak256(bytes(name)), keccak256("AccessGrants"), "name");
        assertEq(keccak256(bytes(version)), keccak256("1"), "version");
        assertEq(chainId, block.chainid, "chainId");
        assertEq(verifyingContract, address(grants), "verifyingContract");
        assertEq(salt, 0, "salt");
        assertEq(extensions.length, 0, "extensions");
    }

    function refused(bytes memory signature) private {
        bytes32 due = grantDigest(here(), signer, usual(), 0, DEADLINE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (signer, due)));
        bring(usual(), 0, DEADLINE, signature);
        assertState(GrantState.NONE);
    }

    /// @dev Naming the present number does not help a signature that was given for another.
    function refusedForSequence(IAccessGrants.GrantRequest memory r, uint16 sequence, bytes memory signature) private {
        bytes32 due = grantDigest(here(), signer, r, sequence, DEADLINE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (signer, due)));
        bring(r, sequence, DEADLINE, signature);
    }

    function bring(
        IAccessGrants.GrantRequest memory r,
        uint16 sequence,
        uint64 deadline,
        bytes memory signature
    ) private {
        vm.prank(STRANGER);
        grants.grantWithSig(signer, r, sequence, deadline, signature);
    }
}
