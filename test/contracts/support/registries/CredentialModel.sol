// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../../contracts/interfaces/ICredentialRegistry.sol";
import {CredentialStatus} from "../../../../contracts/types/CredentialRecord.sol";

/// @notice A credential as the documentation describes it, unpacked.
struct Credential {
    uint256 anchoredAt;
    uint256 validFrom;
    uint256 validUntil;
    uint256 revokedAt;
    uint256 withdrawnAt;
    uint256 supersededAt;
    uint256 sequence;
    bytes32 credentialType;
    bytes32 predecessor;
    bytes32 successor;
}

/// @notice What the documentation says of a credential, as a program of its own, without packed words.
library CredentialModel {
    uint256 internal constant MAX_TIME = 1_099_511_627_775;

    function encode(Credential memory c) internal pure returns (bytes32) {
        return
            bytes32(
                abi.encodePacked(
                    uint40(c.anchoredAt),
                    uint40(c.validFrom),
                    uint40(c.validUntil),
                    uint40(c.revokedAt),
                    uint40(c.withdrawnAt),
                    uint40(c.supersededAt),
                    uint16(c.sequence)
                )
            );
    }

    function decode(bytes32 record) internal pure returns (Credential memory c) {
        c.anchoredAt = field(record, 0, 5);
        c.validFrom = field(record, 5, 10);
        c.validUntil = field(record, 10, 15);
        c.revokedAt = field(record, 15, 20);
        c.withdrawnAt = field(record, 20, 25);
        c.supersededAt = field(record, 25, 30);
        c.sequence = field(record, 30, 32);
    }

    /// @dev The strongest of what has happened until `time`.
    function status(Credential memory c, uint256 time) internal pure returns (CredentialStatus worth) {
        worth = CredentialStatus.NOT_ANCHORED;
        if (happened(c.anchoredAt, time)) {
            worth = CredentialStatus.VALID;
            if (c.validFrom > time) worth = CredentialStatus.NOT_YET_VALID;
            if (happened(c.validUntil, time)) worth = CredentialStatus.EXPIRED;
        }
        if (happened(c.supersededAt, time)) worth = CredentialStatus.SUPERSEDED;
        if (happened(c.withdrawnAt, time)) worth = CredentialStatus.WITHDRAWN;
        if (happened(c.revokedAt, time)) worth = CredentialStatus.REVOKED;
    }

    /// @dev The first thing that is wrong about a statement, empty if nothing is.
    function fault(ICredentialRegistry.AnchorRequest memory r, bytes32 ref) internal pure returns (bytes memory) {
        if (r.holder == address(0)) return abi.encodePacked(ICredentialRegistry.CredentialRegistryHolderZero.selector);
        if (r.seal == 0) return abi.encodePacked(ICredentialRegistry.CredentialRegistrySealZero.selector);
        if (r.credentialType == 0) return abi.encodePacked(ICredentialRegistry.CredentialRegistryTypeZero.selector);
        bytes4 tooFar = ICredentialRegistry.CredentialRegistryTimeTooFar.selector;
        if (r.validFrom > MAX_TIME) return abi.encodeWithSelector(tooFar, r.validFrom, MAX_TIME);
        if (r.validUntil > MAX_TIME) return abi.encodeWithSelector(tooFar, r.validUntil, MAX_TIME);
        if (r.validUntil > 0 && r.validFrom >= r.validUntil) {
            bytes4 selector = ICredentialRegistry.CredentialRegistryValidityEmpty.selector;
            return abi.encodeWithSelector(selector, r.validFrom, r.validUntil);
        }
        if (r.replaces == r.seal) {
            return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryReplacesItself.selector, ref);
        }
        return "";
    }

    function happened(uint256 moment, uint256 time) private pure returns (bool) {
        return moment > 0 && time >= moment;
    }

    function field(bytes32 record, uint256 from, uint256 to) private pure returns (uint256 value) {
        for (uint256 i = from; i < to; ++i) value = value * 256 + uint8(record[i]);
    }
}
