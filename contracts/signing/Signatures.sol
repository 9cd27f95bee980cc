// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Whether a signature is that of an account, with a key (ECDSA) or with code (ERC-1271).
library Signatures {
    /// @notice Whether `signature` is that of `signer` over `digest`.
    /// @dev The key is tried first: the key of an account that delegates to code (EIP-7702) is still the account's, and an
    /// account without code is never called, which would cost 2,600 gas. ECDSA signatures have 65 bytes and a low `s`.
    ///
    /// @dev Warning: code may answer differently tomorrow. What is signed has to be void after its first use by itself.
    function isValid(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        if (signer.code.length == 0) return false;
        // Not by a typed call: an answer that is no bytes4 is a wrong signature, not a failure to decode.
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer) = signer.staticcall(
            abi.encodeCall(IERC1271.isValidSignature, (digest, signature))
        );
        return success && answer.length >= 32 && bytes32(answer) == bytes32(IERC1271.isValidSignature.selector);
    }
}
