// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev What an entity is registered for, as bits of a mask.
uint8 constant ISSUER = 1;
/// @dev See ISSUER.
uint8 constant INSTITUTION = 2;
/// @dev See ISSUER.
uint8 constant AUTHORITY = 4;

/// @notice Whether an entity may act as what it is registered for.
enum EntityStatus {
    /// Never registered.
    NONE,
    /// May act.
    ACTIVE,
    /// May not act for now.
    SUSPENDED,
    /// May not act any more, unless it is registered anew.
    WITHDRAWN
}

/// @title Who the issuers, institutions and authorities are
/// @notice Names the legal persons behind addresses, and says whether they may act. Never a natural person: names and
/// addresses of people do not belong on a chain.
///
/// Promises:
/// - Only the governance (an OpenZeppelin AccessManager, `authority()`) changes anything, each call with the role and the
///   delay that it asks for: what is scheduled, executed or cancelled shows in the manager's events.
/// - Every change emits one event whose `sequence` is one higher than before; together they rebuild every entity.
/// - Nothing is erased: a withdrawn entity keeps its name, and its history.
///
/// @dev Warning: registration says who somebody is and that the governance of this chain vouches for it. It does not make
/// a grant, and ends none.
interface IEntityRegistry {
    /// @notice What is said about a legal person.
    struct EntityDetails {
        /// Mask of ISSUER, INSTITUTION and AUTHORITY; not 0.
        uint8 kinds;
        /// ISO 3166-1 alpha-2, two capital letters.
        bytes2 jurisdiction;
        /// Legal entity identifier, ISO 17442: 20 characters with two check digits; 0 where there is none.
        bytes20 lei;
        /// The registered name, UTF-8; 1 to 256 bytes.
        string name;
        /// Where more is said about it, UTF-8; at most 2,048 bytes, may be empty.
        string uri;
    }

    /// @notice An entity as it stands.
    struct Entity {
        EntityStatus status;
        /// Block time at which it was registered, at the last time if more than once.
        uint40 registeredAt;
        /// Block time at which the status became what it is.
        uint40 statusSince;
        /// Number of the last change, from 1.
        uint32 sequence;
        EntityDetails details;
    }

    /// @notice `account` was registered and is active.
    event EntityRegistered(
        address indexed account,
        uint8 kinds,
        bytes2 jurisdiction,
        bytes20 lei,
        string name,
        string uri,
        uint32 sequence
    );
    /// @notice What is said about `account` changed; its status did not.
    event EntityAmended(
        address indexed account,
        uint8 kinds,
        bytes2 jurisdiction,
        bytes20 lei,
        string name,
        string uri,
        uint32 sequence
    );
    /// @notice `account` may not act for now. `reason` is a code of docs/CODES.md.
    event EntitySuspended(address indexed account, uint8 reason, uint32 sequence);
    /// @notice `account` may act again.
    event EntityReinstated(address indexed account, uint8 reason, uint32 sequence);
    /// @notice `account` may not act any more.
    event EntityWithdrawn(address indexed account, uint8 reason, uint32 sequence);

    /// @notice The account is the zero address.
    error EntityRegistryAccountZero();
    /// @notice The kinds are none, or hold a bit that means nothing.
    error EntityRegistryKindsInvalid(uint8 kinds);
    /// @notice The jurisdiction is not two capital letters.
    error EntityRegistryJurisdictionInvalid(bytes2 jurisdiction);
    /// @notice The LEI is not 18 capital letters or digits and the two check digits (ISO 7064, mod 97-10, 02 to 98) that
    /// follow from them.
    error EntityRegistryLeiInvalid(bytes20 lei);
    /// @notice The name is empty or longer than 256 bytes.
    error EntityRegistryNameLength(uint256 length, uint256 max);
    /// @notice The URI is longer than 2,048 bytes.
    error EntityRegistryUriLength(uint256 length, uint256 max);
    /// @notice The status of the account does not allow this change.
    error EntityRegistryStatus(address account, EntityStatus status);
    /// @notice Exactly this is said about the account already.
    error EntityRegistryUnchanged(address account);

    /// @notice Registers an account that never was (NONE), or not any more (WITHDRAWN); it is ACTIVE then.
    function register(address account, EntityDetails calldata details) external;

    /// @notice Changes what is said about an account that is ACTIVE or SUSPENDED.
    function amend(address account, EntityDetails calldata details) external;

    /// @notice ACTIVE becomes SUSPENDED.
    function suspend(address account, uint8 reason) external;

    /// @notice SUSPENDED becomes ACTIVE.
    function reinstate(address account, uint8 reason) external;

    /// @notice ACTIVE or SUSPENDED becomes WITHDRAWN.
    function withdraw(address account, uint8 reason) external;

    /// @notice The account as it stands; all zero and empty if it was never registered.
    function entityOf(address account) external view returns (Entity memory);

    /// @notice Whether the account is ACTIVE and registered for every kind of the mask `kinds`; never for the mask 0.
    function isActive(address account, uint8 kinds) external view returns (bool);
}
