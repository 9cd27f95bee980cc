// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GrantId} from "./GrantId.sol";
import {IAccessGrants} from "../interfaces/IAccessGrants.sol";

/// @dev How many authorities can hold one grant at a time: a bound, so that every call costs the same whatever happened.
uint256 constant MAX_HOLDS = 4;

/// @notice The legal holds on one grant, in no order. A place whose time is over is free.
struct Holds {
    IAccessGrants.Hold[MAX_HOLDS] places;
}

using HoldsLibrary for Holds global;

/// @notice What can be done with the holds on one grant. A hold stands while its `until` is later than the block's time.
library HoldsLibrary {
    /// @notice The latest of all holds, those whose time is over included: those change nothing in the rule of time.
    function latest(Holds storage holds) internal view returns (uint256 until) {
        for (uint256 i = 0; i < MAX_HOLDS; ++i) {
            uint256 one = holds.places[i].until;
            if (one > until) until = one;
        }
    }

    /// @notice The holds that stand.
    function standing(Holds storage holds) internal view returns (IAccessGrants.Hold[] memory list) {
        IAccessGrants.Hold[MAX_HOLDS] memory places = holds.places;
        uint256 count = 0;
        list = new IAccessGrants.Hold[](MAX_HOLDS);
        for (uint256 i = 0; i < MAX_HOLDS; ++i) {
            if (places[i].until > block.timestamp) list[count++] = places[i];
        }
        // Shortens the array to what was filled.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(list, count)
        }
    }

    /// @notice Puts a hold where the authority's last one is, else in a free place.
    /// @param id Of the grant, for the errors.
    /// @return newest The latest of all that stand.
    function place(Holds storage holds, GrantId id, address authority, uint40 until) internal returns (uint40 newest) {
        uint256 free = MAX_HOLDS;
        uint256 own = MAX_HOLDS;
        newest = until;
        for (uint256 i = 0; i < MAX_HOLDS; ++i) {
            IAccessGrants.Hold memory hold = holds.places[i];
            if (hold.until <= block.timestamp) {
                if (free == MAX_HOLDS) free = i;
            } else if (hold.authority == authority) {
                if (hold.until == until) revert IAccessGrants.AccessGrantsHoldUnchanged(id, until);
                own = i;
            } else if (hold.until > newest) {
                newest = hold.until;
            }
        }
        uint256 chosen = own == MAX_HOLDS ? free : own;
        if (chosen == MAX_HOLDS) revert IAccessGrants.AccessGrantsHoldsFull(id, MAX_HOLDS);
        holds.places[chosen] = IAccessGrants.Hold(authority, until);
    }

    /// @notice Removes the authority's hold.
    /// @param id Of the grant, for the error.
    /// @return newest The latest of those that still stand, 0 if none does.
    function remove(Holds storage holds, GrantId id, address authority) internal returns (uint40 newest) {
        bool found = false;
        for (uint256 i = 0; i < MAX_HOLDS; ++i) {
            IAccessGrants.Hold memory hold = holds.places[i];
            if (hold.until <= block.timestamp) continue;
            if (hold.authority == authority) {
                delete holds.places[i];
                found = true;
            } else if (hold.until > newest) {
                newest = hold.until;
            }
        }
        if (!found) revert IAccessGrants.AccessGrantsNotHeld(id, authority);
    }
}
