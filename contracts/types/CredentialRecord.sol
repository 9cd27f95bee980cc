// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the registry knows about one credential: one word, most significant byte first
///
///     0–4    anchoredAt    uint40  block time at which the issuer's statement reached this chain; 0: it did not yet
///     5–9    validFrom     uint40  the issuer's word; 0: from the start
///     10–14  validUntil    uint40  the issuer's word; 0: without end
///     15–19  revokedAt     uint40  block time at which the issuer took it back; 0: not
///     20–24  withdrawnAt   uint40  block time at which the holder took it back; 0: not
///     25–29  supersededAt  uint40  block time at which a newer version was anchored; 0: none was
///     30–31  sequence      uint16  number of the last change of this credential, from 1
///
/// All times are unix seconds. The ends may be there before the anchor: statements are carried to a chain in any order.
type CredentialRecord is bytes32;

using CredentialRecordLibrary for CredentialRecord global;

/// @notice What a credential is worth at one moment. The order is that of precedence, the strongest last.
enum CredentialStatus {
    /// No statement of the issuer has reached this chain.
    NOT_ANCHORED,
    /// May be relied on.
    VALID,
    /// The issuer said from when, and that is still to come.
    NOT_YET_VALID,
    /// The issuer said until when, and that is over.
    EXPIRED,
    /// The issuer anchored a newer version.
    SUPERSEDED,
    /// The holder took it back.
    WITHDRAWN,
    /// The issuer took it back.
    REVOKED
}

/// @notice The fields of a record and its status. Pure and total: defined for every word and every moment.
library CredentialRecordLibrary {
    function anchoredAt(CredentialRecord record) internal pure returns (uint40) {
        return uint40(uint256(CredentialRecord.unwrap(record)) >> 216);
    }

    function validFrom(CredentialRecord record) internal pure returns (uint40) {
        return uint40(uint256(CredentialRecord.unwrap(record)) >> 176);
    }

    function validUntil(CredentialRecord record) internal pure returns (uint40) {
        return uint40(uint256(CredentialRecord.unwrap(record)) >> 136);
    }

    function revokedAt(CredentialRecord record) internal pure returns (uint40) {
        return uint40(uint256(CredentialRecord.unwrap(record)) >> 96);
    }

    function withdrawnAt(CredentialRecord record) internal pure returns (uint40) {
        return uint40(uint256(CredentialRecord.unwrap(record)) >> 56);
    }

    function supersededAt(CredentialRecord record) internal pure returns (uint40) {
        return uint40(uint256(CredentialRecord.unwrap(record)) >> 16);
    }

    function sequence(CredentialRecord record) internal pure returns (uint16) {
        return uint16(uint256(CredentialRecord.unwrap(record)));
    }

    /// @notice The same record with the issuer's statement, which reached the chain at `time`. Nothing was anchored before.
    function anchored(
        CredentialRecord record,
        uint40 time,
        uint40 from,
        uint40 until
    ) internal pure returns (CredentialRecord) {
        return _changed(record, (uint256(time) << 216) | (uint256(from) << 176) | (uint256(until) << 136));
    }

    /// @notice The same record, taken back by the issuer at `time`. It was not before.
    function revoked(CredentialRecord record, uint40 time) internal pure returns (CredentialRecord) {
        return _changed(record, uint256(time) << 96);
    }

    /// @notice The same record, taken back by the holder at `time`. It was not before.
    function withdrawn(CredentialRecord record, uint40 time) internal pure returns (CredentialRecord) {
        return _changed(record, uint256(time) << 56);
    }

    /// @notice The same record, replaced by a newer version at `time`. It was not before.
    function superseded(CredentialRecord record, uint40 time) internal pure returns (CredentialRecord) {
        return _changed(record, uint256(time) << 16);
    }

    /// @notice What the credential is worth at `time` (unix seconds).
    /// @dev An end decides whether or not the anchor is there: a revocation that was carried here first is not undone by
    /// the anchor that follows it.
    function statusAt(CredentialRecord record, uint64 time) internal pure returns (CredentialStatus) {
        if (_reached(record.revokedAt(), time)) return CredentialStatus.REVOKED;
        if (_reached(record.withdrawnAt(), time)) return CredentialStatus.WITHDRAWN;
        if (_reached(record.supersededAt(), time)) return CredentialStatus.SUPERSEDED;
        if (!_reached(record.anchoredAt(), time)) return CredentialStatus.NOT_ANCHORED;
        if (_reached(record.validUntil(), time)) return CredentialStatus.EXPIRED;
        return time < record.validFrom() ? CredentialStatus.NOT_YET_VALID : CredentialStatus.VALID;
    }

    /// @dev Each of the four changes happens once and sets fields that were zero, so the sequence ends at 4 and adding
    /// never carries into the next field.
    function _changed(CredentialRecord record, uint256 fields) private pure returns (CredentialRecord) {
        return CredentialRecord.wrap(bytes32(uint256(CredentialRecord.unwrap(record)) + fields + 1));
    }

    /// @dev Whether something that happens at `moment` (0: never) has happened at `time`.
    function _reached(uint40 moment, uint64 time) private pure returns (bool) {
        return moment != 0 && moment <= time;
    }
}
