// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../../contracts/interfaces/IAccessGrants.sol";
import {toCredentialRef} from "../../../contracts/types/CredentialRef.sol";
import {toGrantId} from "../../../contracts/types/GrantId.sol";
import {GrantRecord} from "../../../contracts/types/GrantRecord.sol";
import {Fixture} from "./Fixture.sol";
import {Model, Terms} from "./Model.sol";
import {Signing} from "./Signing.sol";

/// @notice The fixture with a holder who has a key: `credential` and `id` are his.
abstract contract SignedFixture is Fixture, Signing {
    uint256 internal constant KEY = uint256(keccak256("a holder's key"));

    address internal signer;

    function setUp() public virtual override {
        super.setUp();
        signer = vm.addr(KEY);
        own(signer);
    }

    /// @dev From here on `credential` and `id` are those of `holder`.
    function own(address holder) internal {
        credential = toCredentialRef(holder, ISSUER, SEAL);
        id = toGrantId(credential, GRANTEE, PURPOSE);
    }

    function here() internal view returns (SigningDomain memory) {
        return SigningDomain(block.chainid, address(grants));
    }

    function everywhere() internal view returns (SigningDomain memory) {
        return SigningDomain(0, address(grants));
    }

    function grantBySigner(IAccessGrants.GrantRequest memory request) internal {
        vm.prank(signer);
        grants.grant(request);
    }

    /// @dev Of `usual()`, granted now, as the first change.
    function firstRecord() internal pure returns (GrantRecord) {
        Terms memory t;
        (t.grantedAt, t.notBefore, t.expiresAt) = (NOW, NOW, NOW + 2 * YEAR);
        (t.retention, t.sequence) = (5 * YEAR, 1);
        return recordOf(t);
    }

    function recordOf(Terms memory t) internal pure returns (GrantRecord) {
        return GrantRecord.wrap(Model.encode(t));
    }
}
