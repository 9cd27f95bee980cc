// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes that these tests use, at the address where the test runner answers them.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function warp(uint256 timestamp) external;
    function prank(address sender) external;
    function assume(bool condition) external pure;
    function expectRevert(bytes calldata data) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function etch(address target, bytes calldata code) external;
    function record() external;
    function accesses(address target) external returns (bytes32[] memory reads, bytes32[] memory writes);
    function store(address target, bytes32 slot, bytes32 value) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address account);
    function chainId(uint256 id) external;
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
}

abstract contract Test {
    error Different(string what, bytes32 actual, bytes32 expected);
    error Not(string what);

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function assertEq(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert Different(what, bytes32(actual), bytes32(expected));
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory what) internal pure {
        if (actual != expected) revert Different(what, actual, expected);
    }

    function assertEq(address actual, address expected, string memory what) internal pure {
        if (actual != expected) revert Different(what, bytes20(actual), bytes20(expected));
    }

    function assertEq(bool actual, bool expected, string memory what) internal pure {
        if (actual != expected) revert Not(what);
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert Not(what);
    }

    /// @dev A number between `low` and `high`, both included, that follows from `seed`.
    function between(uint256 seed, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + (seed % (high - low + 1));
    }
}
