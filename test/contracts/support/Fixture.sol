// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessGrants} from "../../../contracts/AccessGrants.sol";
import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {CredentialRef, toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../../contracts/types/GrantId.sol";
import {GrantRecord, GrantState} from "../../../contracts/types/GrantRecord.sol";
import {Model, Terms} from "./Model.sol";
import {Test} from "./Test.sol";

/// @notice One contract, one holder, one grantee, one credential, and a grant on usual terms.
abstract contract Fixture is Test {
    using Model for Terms;

    uint256 internal constant NOW = 1_900_000_000;
    uint64 internal constant YEAR = 365 days;
    uint64 internal constant TEN_YEARS = 3652 days;

    address internal constant HOLDER = address(0x1001);
    address internal constant GRANTEE = address(0x2002);
    address internal constant ISSUER = address(0x3003);
    address internal constant STRANGER = address(0x4004);
    bytes32 internal constant SEAL = keccak256("seal");
    bytes32 internal constant CONTEXT = keccak256("context");
    uint16 internal constant PURPOSE = 7;

    AccessGrants internal grants;
    CredentialRef internal credential;
    GrantId internal id;

    function setUp() public virtual {
        vm.warp(NOW);
        grants = new AccessGrants();
        credential = toCredentialRef(HOLDER, ISSUER, SEAL);
        id = toGrantId(credential, GRANTEE, PURPOSE);
    }

    /// @dev Two years, then five years of record keeping, no lock.
    function usual() internal pure returns (IAccessGrants.GrantRequest memory) {
        return
            IAccessGrants.GrantRequest({
                issuer: ISSUER,
                seal: SEAL,
                grantee: GRANTEE,
                purpose: PURPOSE,
                legalBasis: 3,
                notBefore: 0,
                expiresAt: uint64(NOW) + 2 * YEAR,
                lockedUntil: 0,
                retention: 5 * YEAR,
                context: CONTEXT
            });
    }

    function grant(IAccessGrants.GrantRequest memory request) internal {
        vm.prank(HOLDER);
        grants.grant(request);
    }

    function grantRefused(IAccessGrants.GrantRequest memory request, bytes memory failure) internal {
        vm.expectRevert(failure);
        grant(request);
    }

    function revocation() internal pure returns (IAccessGrants.RevokeRequest memory) {
        return IAccessGrants.RevokeRequest({issuer: ISSUER, seal: SEAL, grantee: GRANTEE, purpose: PURPOSE, reason: 2});
    }

    function revoke() internal {
        vm.prank(HOLDER);
        grants.revoke(revocation());
    }

    function revokeRefused(bytes memory failure) internal {
        vm.expectRevert(failure);
        revoke();
    }

    function giveUp() internal pure returns (IAccessGrants.ReleaseRequest memory) {
        return IAccessGrants.ReleaseRequest({holder: HOLDER, issuer: ISSUER, seal: SEAL, purpose: PURPOSE, reason: 3});
    }

    function release() internal {
        vm.prank(GRANTEE);
        grants.release(giveUp());
    }

    function releaseRefused(bytes memory failure) internal {
        vm.expectRevert(failure);
        release();
    }

    function terms() internal view returns (Terms memory) {
        return Model.decode(GrantRecord.unwrap(grants.termsOf(id)));
    }

    /// @dev Puts a record where the contract keeps it: the mapping is the only variable, in slot 0.
    function put(Terms memory t) internal {
        vm.store(address(grants), keccak256(abi.encode(id, uint256(0))), Model.encode(t));
    }

    /// @dev All views answer alike.
    function assertState(GrantState expected) internal view {
        assertEq(uint256(grants.stateOf(id)), uint256(expected), "state");
        bool active = expected == GrantState.ACTIVE;
        bool records = active || expected == GrantState.RETAINED;
        assertEq(grants.canRead(credential, GRANTEE, PURPOSE), active, "canRead");
        assertEq(grants.canReadRecords(credential, GRANTEE, PURPOSE), records, "canReadRecords");
    }

    function assertTerms(Terms memory expected) internal view {
        assertEq(GrantRecord.unwrap(grants.termsOf(id)), Model.encode(expected), "record");
    }
}
