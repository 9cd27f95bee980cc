// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEntityRegistry} from "../../../../contracts/interfaces/IEntityRegistry.sol";

/// @notice Details as they may come: mostly sound, each bound met from both sides.
library AnyDetails {
    function from(uint256 seed) internal pure returns (IEntityRegistry.EntityDetails memory details) {
        details.kinds = uint8(1 + (seed % 7));
        details.jurisdiction = [bytes2("DE"), "FR", "AZ", "ZA"][(seed >> 8) % 4];
        details.lei = [bytes20(0), "529900T8BM49AURSDO55", "5493001KJTIIGC8Y1R12"][(seed >> 16) % 3];
        details.name = text([uint256(1), 31, 32, 256][(seed >> 24) % 4], seed);
        details.uri = text([uint256(0), 31, 32, 2048][(seed >> 32) % 4], seed);
        // One in four has something wrong.
        uint256 wrong = (seed >> 40) % 20;
        uint256 which = seed >> 48;
        if (wrong == 0) details.kinds = [0, 8, 9, 255][which % 4];
        if (wrong == 1) details.jurisdiction = [bytes2("D1"), "1D", "de", "@A", "[A", "A@", "A[", ""][which % 8];
        if (wrong == 2) details.lei = [bytes20("529900T8BM49AURSDO56"), "529900t8bm49aursdo55", "5"][which % 3];
        if (wrong == 3) details.name = text([uint256(0), 257, 1000][which % 3], seed);
        if (wrong == 4) details.uri = text(2049, seed);
    }

    /// @dev Any bytes: nothing on-chain asks whether they are UTF-8.
    function text(uint256 length, uint256 seed) private pure returns (string memory) {
        bytes memory chars = new bytes(length);
        for (uint256 i = 0; i < length && i < 4; ++i) chars[i] = bytes1(uint8(seed >> (8 * i)));
        if (length > 4) chars[length - 1] = bytes1(uint8(seed >> 40));
        return string(chars);
    }
}
