// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {Test} from "./Test.sol";

/// @notice EIP-712 as the documentation gives it, with keys: written out once more, so that a slip in the contract's types
/// is not repeated here.
abstract contract Signing is Test {
    /// @dev What a signature of the holder is bound to. `chainId` 0: portable.
    struct SigningDomain {
        uint256 chainId;
        address verifyingContract;
    }

    uint256 internal constant SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function grantDigest(
        SigningDomain memory domain,
        address holder,
        IAccessGrants.GrantRequest memory r,
        uint16 sequence,
        uint64 deadline
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Grant(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 legalBasis,uint64 notBefore,uint64 expiresAt,uint64 lockedUntil,uint64 retention,bool allowOnward,bytes32 context,uint16 sequence,uint64 deadline)"
        );
        // A struct of static fields encodes like its fields, so the request can be encoded as a whole.
        bytes memory message = bytes.concat(
            typeHash,
            abi.encode(holder),
            abi.encode(r),
            abi.encode(sequence, deadline)
        );
        return digestOf(domain, keccak256(message));
    }

    function revokeDigest(
        SigningDomain memory domain,
        address holder,
        IAccessGrants.RevokeRequest memory r,
        uint16 sequence,
        uint64 deadline
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Revoke(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 reason,uint16 sequence,uint64 deadline)"
        );
        bytes memory message = bytes.concat(
            typeHash,
            abi.encode(holder),
            abi.encode(r),
            abi.encode(sequence, deadline)
        );
        return digestOf(domain, keccak256(message));
    }

    function revokeEverywhereDigest(
        SigningDomain memory domain,
        address holder,
        IAccessGrants.RevokeRequest memory r,
        uint64 issuedAt
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "RevokeEverywhere(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 reason,uint64 issuedAt)"
        );
        return
            digestOf(
                domain,
                keccak256(bytes.concat(typeHash, abi.encode(holder), abi.encode(r), abi.encode(issuedAt)))
            );
    }

    function digestOf(SigningDomain memory domain, bytes32 structHash) internal pure returns (bytes32) {
        bytes memory names = abi.encode(keccak256("AccessGrants"), keccak256("1"));
        bytes memory separated =
            domain.chainId == 0
                ? bytes.concat(
                    keccak256("EIP712Domain(string name,string version,address verifyingContract)"),
                    names,
                    abi.encode(domain.verifyingContract)
                )
                : bytes.concat(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    names,
                    abi.encode(domain.chainId, domain.verifyingContract)
                );
        return keccak256(bytes.concat(hex"1901", keccak256(separated), structHash));
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The other signature over the same digest that every signature has, with a high `s`.
    function mirrored(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, bytes32(SECP256K1_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }

    /// @dev The same signature in the 64 bytes of ERC-2098.
    function compact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }
}
