// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {GrantState} from "../../../contracts/types/GrantRecord.sol";
import {Model, Terms} from "./Model.sol";

/// @notice The people, the credential, and requests: usual ones, and any that there can be.
abstract contract Requests {
    using Model for Terms;

    uint256 internal constant NOW = 1_900_000_000;
    uint64 internal constant YEAR = 365 days;
    uint64 internal constant TEN_YEARS = 3652 days;

    address internal constant HOLDER = address(0x1001);
    address internal constant GRANTEE = address(0x2002);
    address internal constant ISSUER = address(0x3003);
    address internal constant STRANGER = address(0x4004);
    address internal constant COURT = address(0x5005);
    bytes32 internal constant SEAL = keccak256("seal");
    bytes32 internal constant CONTEXT = keccak256("context");
    uint16 internal constant PURPOSE = 7;

    /// @dev Two years, then five years of record keeping, no lock.
    function usual() internal pure returns (IAccessGrants.GrantRequest memory) {
        return
            IAccessGrants.GrantRequest({
                issuer: ISSUER,
                seal: SEAL,
                grantee: GRANTEE,
                purpose: PURPOSE,
                legalBasis: 3,
                notBefore: 0,
                expiresAt: uint64(NOW) + 2 * YEAR,
                lockedUntil: 0,
                retention: 5 * YEAR,
                allowOnward: false,
                context: CONTEXT
            });
    }

    function revocation() internal pure returns (IAccessGrants.RevokeRequest memory) {
        return IAccessGrants.RevokeRequest({issuer: ISSUER, seal: SEAL, grantee: GRANTEE, purpose: PURPOSE, reason: 2});
    }

    function giveUp() internal pure returns (IAccessGrants.ReleaseRequest memory) {
        return IAccessGrants.ReleaseRequest({holder: HOLDER, issuer: ISSUER, seal: SEAL, purpose: PURPOSE, reason: 3});
    }

    /// @dev A request whose times are often those of the record, a second beside them, or out of bounds.
    function anyRequest(
        uint256 seed,
        Terms memory t,
        uint256 time
    ) internal pure returns (IAccessGrants.GrantRequest memory r) {
        uint256[5] memory random;
        for (uint256 i = 0; i < 5; ++i) random[i] = uint256(keccak256(abi.encode(~seed, i)));
        r = usual();
        r.notBefore = anyTime(random[0], t.notBefore, time + YEAR);
        r.expiresAt = anyTime(random[1], t.expiresAt, time + 3 * YEAR);
        r.lockedUntil = anyTime(
            random[2],
            t.state(time) == GrantState.RETAINED ? t.accessEnd() : t.lockedUntil,
            time + TEN_YEARS
        );
        r.retention = anyTime(random[3], t.retention, TEN_YEARS);
        r.allowOnward = (random[4] >> 8) % 2 == 0 || (t.flags / 4) % 2 == 1;
        if (random[4] % 21 == 0) r.allowOnward = !r.allowOnward;
        if (random[4] % 16 == 0) r.issuer = address(0);
        if (random[4] % 17 == 0) r.seal = 0;
        if (random[4] % 18 == 0) r.grantee = address(0);
        if (random[4] % 19 == 0) r.grantee = HOLDER;
        if (random[4] % 20 == 0) r.purpose = 0;
    }

    function anyTime(uint256 seed, uint256 current, uint256 most) internal pure returns (uint64) {
        uint256 kind = seed % 8;
        if (kind < 3) return uint64(current + 1 < kind ? 0 : current + 1 - kind); // a second later, the same, earlier
        if (kind == 3) return 0;
        if (kind == 4) return uint64(most + ((seed >> 8) % 2)); // the bound, or just beyond
        if (kind == 5) return uint64(seed >> 8);
        return uint64((seed >> 8) % (most + 1));
    }
}
