// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../../contracts/interfaces/ICredentialRegistry.sol";
import {IEntityRegistry, ISSUER} from "../../../../contracts/interfaces/IEntityRegistry.sol";
import {Credential, CredentialModel} from "./CredentialModel.sol";
import {Statements} from "./Statements.sol";

/// @notice Two issuers whose standing changes and one that never had any, two holders, four seals that they all use, and
/// time that passes: random acts, each foretold. A call that ends otherwise than foretold, in success, in its answer or in
/// its very error, reverts, and the run fails.
contract CredentialHandler is Statements {
    uint256[3] private _keys = [ISSUER_KEY, OTHER_KEY, 0xbad];
    address[2] private _holders = [HOLDER, address(0x1002)];

    uint256 public time = NOW;

    mapping(address issuer => bool active) private _active;
    mapping(bytes32 ref => Credential credential) private _model;
    bytes32[] private _refs;

    /// @param entities_ A registry that this contract governs, without delays.
    constructor(IEntityRegistry entities_, ICredentialRegistry credentials_) {
        entities = entities_;
        credentials = credentials_;
        for (uint256 i = 0; i < 24; ++i) {
            _refs.push(refOf(_holders[i % 2], vm.addr(_keys[(i / 2) % 3]), bytes32(1 + i / 6)));
        }
    }

    function refs() external view returns (bytes32[] memory) {
        return _refs;
    }

    function foretold(bytes32 ref) external view returns (Credential memory) {
        return _model[ref];
    }

    /// @dev Any one of the acts below.
    function anyoneActs(uint256 seed) external {
        uint256 rest = seed >> 8;
        uint256 act_ = seed % 8;
        if (act_ < 2) issuerAnchors(rest);
        else if (act_ < 4) anyoneCarriesAnAnchor(rest);
        else if (act_ == 4) issuerRevokes(rest);
        else if (act_ == 5) anyoneCarriesARevocation(rest);
        else if (act_ == 6) holderWithdraws(rest);
        else governanceChangesAStanding(rest);
        timePasses(rest);
    }

    function issuerAnchors(uint256 seed) public {
        (uint256 key, ICredentialRegistry.AnchorRequest memory r) = begin(seed);
        address issuer = vm.addr(key);
        bytes32 ref = refOf(r.holder, issuer, r.seal);
        bytes memory failure = CredentialModel.fault(r, ref);
        if (failure.length == 0 && _model[ref].anchoredAt != 0) failure = alreadyAnchored(ref);
        if (failure.length == 0) failure = hindrance(issuer, r);
        act(issuer, abi.encodeCall(credentials.anchor, (r)), failure.length == 0, failure);
        if (failure.length == 0) anchored(issuer, r);
    }

    function anyoneCarriesAnAnchor(uint256 seed) public {
        (uint256 key, ICredentialRegistry.AnchorRequest memory r) = begin(seed);
        address issuer = vm.addr(key);
        bytes32 ref = refOf(r.holder, issuer, r.seal);
        bool forged = (seed >> 200) % 8 == 0;
        bytes32 digest = anchorDigest(address(credentials), issuer, r);
        bytes memory signature = signed(forged ? 0xf046e : key, digest);
        bytes memory failure = CredentialModel.fault(r, ref);
        bool known = failure.length == 0 && _model[ref].anchoredAt != 0;
        if (known && !states(_model[ref], issuer, r)) failure = alreadyAnchored(ref);
        if (!known && failure.length == 0 && forged) failure = invalid(issuer, digest);
        if (!known && failure.length == 0) failure = hindrance(issuer, r);
        bytes memory answer = failure.length == 0 ? abi.encode(!known) : failure;
        bytes memory data = abi.encodeCall(credentials.anchorWithSig, (issuer, r, signature));
        act(carrier(seed), data, failure.length == 0, answer);
        if (!known && failure.length == 0) anchored(issuer, r);
    }

    function issuerRevokes(uint256 seed) public {
        (uint256 key, ICredentialRegistry.AnchorRequest memory r) = beginSound(seed);
        address issuer = vm.addr(key);
        bytes32 ref = refOf(r.holder, issuer, r.seal);
        uint256 since = _model[ref].revokedAt;
        bytes memory failure = since == 0 ? bytes("") : alreadyEnded(ref, since);
        act(issuer, abi.encodeCall(credentials.revoke, (r.holder, r.seal, uint8(seed))), since == 0, failure);
        if (since == 0) revoked(ref);
    }

    function anyoneCarriesARevocation(uint256 seed) public {
        (uint256 key, ICredentialRegistry.AnchorRequest memory r) = beginSound(seed);
        address issuer = vm.addr(key);
        bytes32 ref = refOf(r.holder, issuer, r.seal);
        bool known = _model[ref].revokedAt != 0;
        bool forged = (seed >> 200) % 8 == 0;
        bytes32 digest = revokeDigest(address(credentials), issuer, r.holder, r.seal, uint8(seed));
        bytes memory signature = signed(forged ? 0xf046e : key, digest);
        bool refused = forged && !known;
        bytes memory data = abi.encodeCall(
            credentials.revokeWithSig,
            (issuer, r.holder, r.seal, uint8(seed), signature)
        );
        act(carrier(seed), data, !refused, refused ? invalid(issuer, digest) : abi.encode(!known));
        if (!known && !refused) revoked(ref);
    }

    function holderWithdraws(uint256 seed) public {
        (uint256 key, ICredentialRegistry.AnchorRequest memory r) = beginSound(seed);
        bytes32 ref = refOf(r.holder, vm.addr(key), r.seal);
        uint256 since = _model[ref].withdrawnAt;
        bytes memory failure = since == 0 ? bytes("") : alreadyEnded(ref, since);
        bytes memory data = abi.encodeCall(credentials.withdraw, (vm.addr(key), r.seal, uint8(seed)));
        act(r.holder, data, since == 0, failure);
        if (since != 0) return;
        _model[ref].withdrawnAt = time;
        ++_model[ref].sequence;
    }

    function governanceChangesAStanding(uint256 seed) public {
        vm.warp(time);
        address issuer = vm.addr(_keys[seed % 2]);
        if (entities.entityOf(issuer).sequence == 0) registerEntity(issuer, ISSUER);
        else if (_active[issuer]) entities.suspend(issuer, 1);
        else entities.reinstate(issuer, 1);
        _active[issuer] = !_active[issuer];
    }

    /// @dev Whatever a stranger does under his own name, no credential of `refs` changes: the invariants see to it.
    function strangerTries(uint256 seed, address stranger) external {
        (uint256 key, ICredentialRegistry.AnchorRequest memory r) = begin(seed);
        for (uint256 i = 0; i < 3; ++i) if (stranger == vm.addr(_keys[i])) return;
        for (uint256 i = 0; i < 2; ++i) if (stranger == _holders[i]) return;
        vm.prank(stranger);
        try credentials.anchor(r) {} catch {}
        vm.prank(stranger);
        try credentials.revoke(r.holder, r.seal, 1) {} catch {}
        vm.prank(stranger);
        try credentials.withdraw(vm.addr(key), r.seal, 1) {} catch {}
    }

    function timePasses(uint256 seed) public {
        time += (seed >> 8) % 4 == 0 ? 0 : seed % 3 days;
    }

    function begin(uint256 seed) private returns (uint256 key, ICredentialRegistry.AnchorRequest memory r) {
        (key, r) = beginSound(seed);
        uint256 wrong = (seed >> 64) % 40;
        if (wrong == 0) r.holder = address(0);
        if (wrong == 1) r.seal = 0;
        if (wrong == 2) r.credentialType = 0;
        if (wrong == 3) r.validFrom = uint64(MAX_TIME + 1 + ((seed >> 72) % 1000));
        if (wrong == 4) r.validUntil = uint64(MAX_TIME + 1 + ((seed >> 72) % 1000));
        if (wrong == 5) (r.validFrom, r.validUntil) = (NOW, uint64(NOW - ((seed >> 72) % 2)));
        if (wrong == 6) r.replaces = r.seal;
    }

    /// @dev Few different statements, so that the same one comes again and others contradict it.
    function beginSound(uint256 seed) private returns (uint256 key, ICredentialRegistry.AnchorRequest memory r) {
        vm.warp(time);
        key = _keys[(seed >> 8) % 8 == 0 ? 2 : (seed >> 11) % 2];
        uint256 number = (seed >> 16) % 4;
        r = usualAnchor();
        r.holder = _holders[(seed >> 24) % 2];
        r.seal = bytes32(number + 1);
        if ((seed >> 32) % 2 == 0) r.replaces = bytes32(((number + 1 + ((seed >> 40) % 3)) % 4) + 1);
        if ((seed >> 48) % 8 == 0) r.credentialType = "other";
        if ((seed >> 52) % 8 == 0) r.validFrom = NOW + 5 days;
        if ((seed >> 56) % 8 == 0) r.validUntil = 0;
    }

    function carrier(uint256 seed) private pure returns (address) {
        return address(uint160(1 + (seed >> 96)));
    }

    /// @dev What stands in the way of a sound statement that is signed.
    function hindrance(address issuer, ICredentialRegistry.AnchorRequest memory r) private view returns (bytes memory) {
        if (!_active[issuer]) {
            return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryIssuerNotActive.selector, issuer);
        }
        bytes32 older = olderOf(issuer, r);
        bytes32 successor = _model[older].successor;
        if (older == 0 || successor == 0) return "";
        return
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryAlreadySuperseded.selector, older, successor);
    }

    function anchored(address issuer, ICredentialRegistry.AnchorRequest memory r) private {
        bytes32 ref = refOf(r.holder, issuer, r.seal);
        Credential storage c = _model[ref];
        (c.anchoredAt, c.validFrom, c.validUntil) = (time, r.validFrom, r.validUntil);
        (c.credentialType, c.predecessor) = (r.credentialType, olderOf(issuer, r));
        ++c.sequence;
        if (r.replaces == 0) return;
        Credential storage older = _model[c.predecessor];
        (older.supersededAt, older.successor) = (time, ref);
        ++older.sequence;
    }

    function revoked(bytes32 ref) private {
        _model[ref].revokedAt = time;
        ++_model[ref].sequence;
    }

    function states(
        Credential memory c,
        address issuer,
        ICredentialRegistry.AnchorRequest memory r
    ) private pure returns (bool) {
        bytes32 here = keccak256(abi.encode(c.credentialType, c.validFrom, c.validUntil, c.predecessor));
        return here == keccak256(abi.encode(r.credentialType, r.validFrom, r.validUntil, olderOf(issuer, r)));
    }

    function olderOf(address issuer, ICredentialRegistry.AnchorRequest memory r) private pure returns (bytes32) {
        return r.replaces == 0 ? bytes32(0) : refOf(r.holder, issuer, r.replaces);
    }

    function refOf(address holder, address issuer, bytes32 seal) private pure returns (bytes32) {
        return keccak256(abi.encode(holder, issuer, seal));
    }

    function alreadyAnchored(bytes32 ref) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryAlreadyAnchored.selector, ref);
    }

    function alreadyEnded(bytes32 ref, uint256 since) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryAlreadyEnded.selector, ref, since);
    }

    function invalid(address issuer, bytes32 digest) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryInvalidSignature.selector, issuer, digest);
    }

    function act(address caller, bytes memory data, bool done, bytes memory answer) private {
        (bool actuallyDone, bytes memory actual) = answerTo(caller, address(credentials), data);
        assertEq(keccak256(actual), keccak256(answer), "not the answer that was foretold");
        assertEq(actuallyDone, done, "not the outcome that was foretold");
    }
}
