// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {isLei} from "../../../contracts/types/Lei.sol";
import {Test} from "../support/Test.sol";

contract LeiTest is Test {
    /// @dev Real identifiers, from the public register of GLEIF.
    bytes20[5] private VALID = [
        bytes20("529900T8BM49AURSDO55"),
        bytes20("5493001KJTIIGC8Y1R12"),
        bytes20("506700GE1G29325QX363"),
        bytes20("7LTWFZYICNSX8D621K86"),
        bytes20("HWUPKR0MPOU8FGXBT394")
    ];

    function test_realIdentifiersAreTaken() public view {
        for (uint256 i = 0; i < VALID.length; ++i) assertTrue(isLei(VALID[i]), "valid");
    }

    /// @dev Mod 97-10 finds every single wrong digit and every single wrong letter.
    function test_anyOneWrongCharacterIsFound() public view {
        for (uint256 v = 0; v < VALID.length; ++v) {
            for (uint256 place = 0; place < 20; ++place) {
                bytes1 right = VALID[v][place];
                bool digit = right <= "9";
                for (uint8 c = digit ? 0x30 : 0x41; c <= (digit ? 0x39 : 0x5a); ++c) {
                    if (bytes1(c) != right) assertTrue(!isLei(with(VALID[v], place, c)), "wrong character");
                }
            }
        }
    }

    /// @dev And every two neighbours that changed places, both digits or both letters.
    function test_anyTwoNeighboursThatChangedPlacesAreFound() public view {
        for (uint256 v = 0; v < VALID.length; ++v) {
            for (uint256 place = 0; place < 19; ++place) {
                (bytes1 a, bytes1 b) = (VALID[v][place], VALID[v][place + 1]);
                if (a == b || a <= "9" != b <= "9") continue;
                bytes20 swapped = with(with(VALID[v], place, uint8(b)), place + 1, uint8(a));
                assertTrue(!isLei(swapped), "changed places");
            }
        }
    }

    /// @dev Whatever the sum: only capital letters and digits, and no letter among the check digits.
    function test_noOtherCharacterIsTakenAnywhere() public view {
        // What lies just outside of the digits and the capital letters, the small letters, and the ends.
        bytes memory neighbours = hex"00202f3a405b607a7bff";
        for (uint256 place = 0; place < 20; ++place) {
            // One of the check digits would fit if the character counted by its distance from "0" or from "A".
            for (uint256 check = 0; check < 100; ++check) {
                bytes20 lei = withCheckDigits(VALID[0], check);
                for (uint256 i = 0; i < neighbours.length; ++i) {
                    assertTrue(!isLei(with(lei, place, uint8(neighbours[i]))), "character");
                }
                if (place >= 18)
                    for (uint8 c = 0x41; c <= 0x5a; ++c) {
                        assertTrue(!isLei(with(lei, place, c)), "letter for a check digit");
                    }
            }
        }
    }

    /// @dev Each beginning has one pair of check digits, 98 minus the remainder, and no second one that leaves 1 too.
    function testFuzz_everyBeginningHasExactlyOnePairOfCheckDigits(uint256 seed) public pure {
        bytes20 lei = beginning(seed);
        uint256 due = 98 - remainder(lei, 18, 2);
        for (uint256 check = 0; check < 100; ++check) {
            bytes20 whole = withCheckDigits(lei, check);
            assertEq(isLei(whole), check == due, "check digits");
        }
    }

    /// @dev The ambiguous ones: 00 beside 97, 01 beside 98, 99 beside 02.
    function test_theSecondOfTwoPairsThatFitIsRefused() public pure {
        bool[100] memory seen;
        for (uint256 n = 0; n < 97; ++n) {
            // Beginnings of digits alone, whose check digits run through all that there can be.
            bytes20 lei = with(
                with(bytes20("00000000000000000000"), 16, uint8(0x30 + n / 10)),
                17,
                uint8(0x30 + (n % 10))
            );
            for (uint256 check = 0; check < 100; ++check) {
                bytes20 whole = withCheckDigits(lei, check);
                if (!isLei(whole)) continue;
                assertTrue(!seen[check], "one beginning for each pair, in this range");
                seen[check] = true;
            }
        }
        for (uint256 check = 0; check < 100; ++check) assertEq(seen[check], check >= 2 && check <= 98, "02 to 98");
    }

    function testFuzz_everyWordIsJudgedAsTheStandardSays(bytes20 any, uint256 seed) public pure {
        assertEq(isLei(any), judged(any), "any bytes");
        bytes20 near = withCheckDigits(beginning(seed), (seed >> 128) % 100);
        assertEq(isLei(near), judged(near), "letters and digits");
    }

    /// @dev The standard, character by character and with a remainder at each step.
    function judged(bytes20 lei) private pure returns (bool) {
        for (uint256 i = 0; i < 20; ++i) {
            bool digit = lei[i] >= "0" && lei[i] <= "9";
            bool letter = lei[i] >= "A" && lei[i] <= "Z";
            if (!digit && (!letter || i >= 18)) return false;
        }
        return (uint8(lei[18]) - 0x30) * 10 + uint8(lei[19]) - 0x30 == 98 - remainder(lei, 18, 2);
    }

    /// @dev Of the first `length` characters followed by `zeros` zeros, divided by 97.
    function remainder(bytes20 lei, uint256 length, uint256 zeros) private pure returns (uint256 rest) {
        for (uint256 i = 0; i < length; ++i) {
            uint256 c = uint8(lei[i]);
            rest = c < 0x3a ? (rest * 10 + (c - 48)) % 97 : (rest * 100 + (c - 55)) % 97;
        }
        for (uint256 i = 0; i < zeros; ++i) rest = (rest * 10) % 97;
    }

    /// @dev 18 letters and digits, and two zeros.
    function beginning(uint256 seed) private pure returns (bytes20 lei) {
        bytes memory alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        uint256 state = seed;
        lei = bytes20("00000000000000000000");
        for (uint256 i = 0; i < 18; ++i) {
            lei = with(lei, i, uint8(alphabet[state % 36]));
            state /= 36;
        }
    }

    /// @dev By arithmetic: a test that takes memory for each of its many characters takes all there is.
    function with(bytes20 lei, uint256 place, uint8 character) private pure returns (bytes20) {
        uint256 weight = 256 ** (19 - place);
        uint256 number = uint160(lei);
        uint256 before = (number / weight) % 256;
        return bytes20(uint160(number - before * weight + character * weight));
    }

    function withCheckDigits(bytes20 lei, uint256 check) private pure returns (bytes20) {
        return with(with(lei, 18, uint8(0x30 + check / 10)), 19, uint8(0x30 + (check % 10)));
    }
}
