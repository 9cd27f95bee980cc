// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Whether `lei` is a legal entity identifier as in ISO 17442: 18 capital letters or digits and two check digits.
/// @dev The check digits follow ISO 7064, mod 97-10: with A as 10 to Z as 35 the whole number leaves 1 when divided by 97.
/// It has at most 38 digits and fits a word, so it is divided once. Check digits are made as 98 minus a remainder, which is
/// 02 to 98: 00, 01 and 99 leave 1 as well, but would give one entity two identifiers.
function isLei(bytes20 lei) pure returns (bool) {
    uint256 number = 0;
    for (uint256 i = 0; i < 20; ++i) {
        uint256 character = uint8(lei[i]);
        if (character >= 0x30 && character <= 0x39) number = number * 10 + character - 0x30;
        else if (i < 18 && character >= 0x41 && character <= 0x5a) number = number * 100 + character - 0x41 + 10;
        else return false;
    }
    uint256 checkDigits = number % 100;
    return number % 97 == 1 && checkDigits >= 2 && checkDigits <= 98;
}
