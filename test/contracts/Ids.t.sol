// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CredentialRef, toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../contracts/types/GrantId.sol";
import {Fixture} from "./support/Fixture.sol";

contract IdsTest is Fixture {
    function testFuzz_credentialRefIsTheHashOfHolderIssuerAndSeal(
        address holder,
        address issuer,
        bytes32 seal
    ) public view {
        bytes32 plain = keccak256(abi.encode(holder, issuer, seal));
        assertEq(CredentialRef.unwrap(toCredentialRef(holder, issuer, seal)), plain, "toCredentialRef");
        assertEq(CredentialRef.unwrap(grants.credentialRefOf(holder, issuer, seal)), plain, "credentialRefOf");
    }

    function testFuzz_grantIdIsTheHashOfCredentialGranteeAndPurpose(
        CredentialRef ref,
        address grantee,
        uint16 purpose
    ) public view {
        bytes32 plain = keccak256(abi.encode(ref, grantee, purpose));
        assertEq(GrantId.unwrap(toGrantId(ref, grantee, purpose)), plain, "toGrantId");
        assertEq(GrantId.unwrap(grants.grantIdOf(ref, grantee, purpose)), plain, "grantIdOf");
    }

    /// @dev The compiler does not promise that the bits above a short value are clean.
    function testFuzz_dirtBesideAShortValueDoesNotCount(address party, uint16 purpose, uint256 dirt) public pure {
        address dirtyParty;
        uint16 dirtyPurpose;
        assembly ("memory-safe") {
            dirtyParty := or(party, shl(160, dirt))
            dirtyPurpose := or(purpose, shl(16, dirt))
        }
        CredentialRef ref = toCredentialRef(party, party, 0);
        assertEq(CredentialRef.unwrap(toCredentialRef(dirtyParty, dirtyParty, 0)), CredentialRef.unwrap(ref), "ref");
        GrantId clean = toGrantId(ref, party, purpose);
        assertEq(GrantId.unwrap(toGrantId(ref, dirtyParty, dirtyPurpose)), GrantId.unwrap(clean), "id");
    }

    /// @dev A fixed vector, so that every implementation can be held against the same bytes.
    function test_vector() public view {
        address holder = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;
        address issuer = 0x70997970C51812dc3A010C7d01b50e0d17dc79C8;
        address grantee = 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC;
        CredentialRef ref = grants.credentialRefOf(holder, issuer, keccak256("grantledger"));
        assertEq(CredentialRef.unwrap(ref), REF, "credential");
        assertEq(GrantId.unwrap(grants.grantIdOf(ref, grantee, 258)), ID, "grant");
    }

    bytes32 private constant REF = 0x52df3481aaacf6eb3e3b558f492b756ceb6de692746c248ab76e51a20536a549;
    bytes32 private constant ID = 0xd2d2475e94b6000d7299653fd9a92109031b838f3b6b46ee101fa383d88d4657;
}
