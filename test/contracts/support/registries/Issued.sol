// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../../contracts/interfaces/ICredentialRegistry.sol";
import {ISSUER} from "../../../../contracts/interfaces/IEntityRegistry.sol";
import {CredentialRecord, CredentialStatus} from "../../../../contracts/types/CredentialRecord.sol";
import {CredentialRef, toCredentialRef} from "../../../../contracts/types/CredentialRef.sol";
import {Registries} from "./Registries.sol";

/// @notice An active issuer, its holder, and what they do by transaction.
abstract contract Issued is Registries {
    address internal constant ISSUED_BY = address(0x1550e4);
    uint8 internal constant REASON = 3;

    CredentialRef internal ref;
    CredentialRef internal olderRef;

    function setUp() public virtual {
        deployRegistries();
        registerEntity(ISSUED_BY, ISSUER);
        ref = toCredentialRef(HOLDER, ISSUED_BY, SEAL);
        olderRef = toCredentialRef(HOLDER, ISSUED_BY, OLDER_SEAL);
    }

    function anchor(ICredentialRegistry.AnchorRequest memory request) internal {
        vm.prank(ISSUED_BY);
        credentials.anchor(request);
    }

    function revoke(bytes32 seal) internal {
        vm.prank(ISSUED_BY);
        credentials.revoke(HOLDER, seal, REASON);
    }

    function withdraw(bytes32 seal) internal {
        vm.prank(HOLDER);
        credentials.withdraw(ISSUED_BY, seal, REASON);
    }

    function refused(ICredentialRegistry.AnchorRequest memory request, bytes memory failure) internal {
        assertRefused(ISSUED_BY, address(credentials), abi.encodeCall(credentials.anchor, (request)), failure);
    }

    function notActive() internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryIssuerNotActive.selector, ISSUED_BY);
    }

    function assertCredential(CredentialRef of_, CredentialStatus status, bytes32 record, bytes32 type_) internal view {
        assertEq(CredentialRecord.unwrap(credentials.recordOf(of_)), record, "record");
        assertEq(uint256(credentials.statusOf(of_)), uint256(status), "status");
        assertEq(credentials.typeOf(of_), type_, "type");
    }

    function assertLinks(CredentialRef of_, bytes32 predecessor, bytes32 successor) internal view {
        assertEq(CredentialRef.unwrap(credentials.predecessorOf(of_)), predecessor, "predecessor");
        assertEq(CredentialRef.unwrap(credentials.successorOf(of_)), successor, "successor");
    }
}
