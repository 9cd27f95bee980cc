// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../../contracts/interfaces/ICredentialRegistry.sol";
import {Registries} from "./Registries.sol";

/// @notice What issuers sign, written as the documentation has it: with the whole type strings and no shared code.
abstract contract Statements is Registries {
    function signedAnchor(
        uint256 key,
        ICredentialRegistry target,
        ICredentialRegistry.AnchorRequest memory request
    ) internal pure returns (bytes memory) {
        return signed(key, anchorDigest(address(target), vm.addr(key), request));
    }

    function signedRevocation(
        uint256 key,
        ICredentialRegistry target,
        address holder,
        bytes32 seal,
        uint8 reason
    ) internal pure returns (bytes memory) {
        return signed(key, revokeDigest(address(target), vm.addr(key), holder, seal, reason));
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function anchorDigest(
        address target,
        address issuer,
        ICredentialRegistry.AnchorRequest memory request
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "AnchorCredential(address holder,address issuer,bytes32 seal,bytes32 credentialType,uint64 validFrom,uint64 validUntil,bytes32 replaces)"
        );
        return
            digestOf(
                target,
                abi.encode(
                    typeHash,
                    request.holder,
                    issuer,
                    request.seal,
                    request.credentialType,
                    request.validFrom,
                    request.validUntil,
                    request.replaces
                )
            );
    }

    function revokeDigest(
        address target,
        address issuer,
        address holder,
        bytes32 seal,
        uint8 reason
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("RevokeCredential(address holder,address issuer,bytes32 seal,uint8 reason)");
        return digestOf(target, abi.encode(typeHash, holder, issuer, seal, reason));
    }

    function digestOf(address target, bytes memory message) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,address verifyingContract)"),
                keccak256("CredentialRegistry"),
                keccak256("1"),
                target
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, keccak256(message)));
    }
}
