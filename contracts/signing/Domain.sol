// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice EIP-712 domains and digests. Nothing is kept in immutables: the code of a contract is the same on every chain,
/// and a chain that splits gets a new chain id by itself.
library Domain {
    bytes32 private constant _ON_CHAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant _PORTABLE_TYPE = keccak256(
        "EIP712Domain(string name,string version,address verifyingContract)"
    );
    bytes32 private constant _VERSION = keccak256("1");

    /// @notice Which of the domain's fields are used, as ERC-5267 asks: bits name, version, chainId, verifyingContract.
    bytes1 internal constant ON_CHAIN_FIELDS = 0x0f;
    /// @notice The same without the chain.
    bytes1 internal constant PORTABLE_FIELDS = 0x0b;
    string internal constant VERSION = "1";

    /// @notice What is signed for this contract on this chain only. `name` is the keccak256 of the contract's name.
    function onChainDigest(bytes32 name, bytes32 structHash) internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(_ON_CHAIN_TYPE, name, _VERSION, block.chainid, address(this))), structHash);
    }

    /// @notice What is signed for this contract on every chain.
    function portableDigest(bytes32 name, bytes32 structHash) internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(_PORTABLE_TYPE, name, _VERSION, address(this))), structHash);
    }

    function _digest(bytes32 separator, bytes32 structHash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }
}
