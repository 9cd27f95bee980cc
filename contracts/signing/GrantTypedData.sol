// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../interfaces/IAccessGrants.sol";

/// @notice The EIP-712 struct hashes of what holders sign. The holder is part of them: two accounts with code that one key
/// owns cannot use each other's signatures.
library GrantTypedData {
    bytes32 private constant GRANT_TYPE = keccak256(
        "Grant(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 legalBasis,"
        "uint64 notBefore,uint64 expiresAt,uint64 lockedUntil,uint64 retention,bool allowOnward,bytes32 context,"
        "uint16 sequence,uint64 deadline)"
    );
    bytes32 private constant REVOKE_TYPE = keccak256(
        "Revoke(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 reason,"
        "uint16 sequence,uint64 deadline)"
    );
    bytes32 private constant REVOKE_EVERYWHERE_TYPE = keccak256(
        "RevokeEverywhere(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 reason,"
        "uint64 issuedAt)"
    );

    function grantHash(
        address holder,
        IAccessGrants.GrantRequest calldata request,
        uint16 sequence,
        uint64 deadline
    ) internal pure returns (bytes32) {
        // In two parts only because the compiler cannot encode that many values at once; the bytes are the same.
        bytes memory terms = abi.encode(
            request.notBefore,
            request.expiresAt,
            request.lockedUntil,
            request.retention,
            request.allowOnward,
            request.context,
            sequence,
            deadline
        );
        bytes memory parties = abi.encode(
            GRANT_TYPE,
            holder,
            request.issuer,
            request.seal,
            request.grantee,
            request.purpose,
            request.legalBasis
        );
        return keccak256(bytes.concat(parties, terms));
    }

    function revokeHash(
        address holder,
        IAccessGrants.RevokeRequest calldata request,
        uint16 sequence,
        uint64 deadline
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    REVOKE_TYPE,
                    holder,
                    request.issuer,
                    request.seal,
                    request.grantee,
                    request.purpose,
                    request.reason,
                    sequence,
                    deadline
                )
            );
    }

    function revokeEverywhereHash(
        address holder,
        IAccessGrants.RevokeRequest calldata request,
        uint64 issuedAt
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    REVOKE_EVERYWHERE_TYPE,
                    holder,
                    request.issuer,
                    request.seal,
                    request.grantee,
                    request.purpose,
                    request.reason,
                    issuedAt
                )
            );
    }
}
