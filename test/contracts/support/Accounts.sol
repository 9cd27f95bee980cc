// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice An account with code that approves one digest, whatever the signature, and does what it is told.
contract ApprovingAccount is IERC1271 {
    bytes32 private _approved;

    function approve(bytes32 digest) external {
        _approved = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == _approved ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    function execute(address target, bytes calldata data) external returns (bytes memory) {
        (bool done, bytes memory answer) = target.call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        return answer;
    }
}

/// @notice Accounts whose answer about a signature is none, by what they do when they are asked.
contract RefusingAccount {
    uint256 private immutable KIND;

    constructor(uint256 kind) {
        KIND = kind;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        bytes4 yes = IERC1271.isValidSignature.selector;
        if (KIND == 0) return "";
        if (KIND == 1) return abi.encodePacked(yes); // four bytes, not a word
        if (KIND == 2) return abi.encode(uint256(uint32(yes))); // at the wrong end of the word
        if (KIND == 3) return abi.encode(bytes32(yes) | bytes32(uint256(1))); // a word that is no bytes4
        if (KIND == 4) return abi.encode(true);
        revert("no");
    }
}
