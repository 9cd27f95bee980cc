// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IEntityRegistry} from "../../../../contracts/interfaces/IEntityRegistry.sol";
import {AnyDetails} from "./AnyDetails.sol";
import {EntityModel} from "./EntityModel.sol";
import {Registries} from "./Registries.sol";

/// @notice The governance of a registry, strangers, and time that passes: random acts, each foretold by the model. A call
/// that ends otherwise than foretold, in success or in its very error, reverts, and the run fails.
contract EntityHandler is Registries {
    using EntityModel for IEntityRegistry.Entity;

    address[4] public accounts = [address(0), address(0x1), INSTITUTE, address(type(uint160).max)];
    uint256 public time = NOW;

    mapping(address account => IEntityRegistry.Entity entity) private _model;

    address private immutable administrator;

    /// @param entities_ A registry that this contract is to govern, without delays.
    constructor(IEntityRegistry entities_) {
        administrator = msg.sender;
        entities = entities_;
    }

    function foretold(address account) external view returns (IEntityRegistry.Entity memory) {
        return _model[account];
    }

    /// @dev Any one of the acts below.
    function anyoneActs(uint256 seed) external {
        uint256 rest = seed >> 8;
        uint256 act_ = seed % 8;
        if (act_ < 3) governanceRegisters(rest);
        else if (act_ == 3) governanceAmends(rest);
        else if (act_ == 4) governanceSuspends(rest, uint8(rest >> 8));
        else if (act_ == 5) governanceReinstates(rest, uint8(rest >> 8));
        else if (act_ == 6) governanceWithdraws(rest, uint8(rest >> 8));
        else timePasses(rest);
    }

    function governanceRegisters(uint256 seed) public {
        address account = begin(seed);
        IEntityRegistry.EntityDetails memory details = AnyDetails.from(seed >> 8);
        (IEntityRegistry.Entity memory next, bytes memory failure) = _model[account].registered(account, details, time);
        act(account, next, abi.encodeCall(entities.register, (account, details)), failure);
    }

    function governanceAmends(uint256 seed) public {
        address account = begin(seed);
        IEntityRegistry.EntityDetails memory details = AnyDetails.from(seed >> 8);
        if (seed % 3 == 0) details = _model[account].details;
        (IEntityRegistry.Entity memory next, bytes memory failure) = _model[account].amended(account, details);
        act(account, next, abi.encodeCall(entities.amend, (account, details)), failure);
    }

    function governanceSuspends(uint256 seed, uint8 reason) public {
        address account = begin(seed);
        (IEntityRegistry.Entity memory next, bytes memory failure) = _model[account].suspended(account, time);
        act(account, next, abi.encodeCall(entities.suspend, (account, reason)), failure);
    }

    function governanceReinstates(uint256 seed, uint8 reason) public {
        address account = begin(seed);
        (IEntityRegistry.Entity memory next, bytes memory failure) = _model[account].reinstated(account, time);
        act(account, next, abi.encodeCall(entities.reinstate, (account, reason)), failure);
    }

    function governanceWithdraws(uint256 seed, uint8 reason) public {
        address account = begin(seed);
        (IEntityRegistry.Entity memory next, bytes memory failure) = _model[account].withdrawn(account, time);
        act(account, next, abi.encodeCall(entities.withdraw, (account, reason)), failure);
    }

    /// @dev Whoever it is, the account itself included: refused as a stranger, whatever else may be wrong.
    function strangerTries(uint256 seed, address stranger) external {
        address account = begin(seed);
        if (seed % 2 == 0) stranger = account;
        // Neither of the two is a stranger: the handler governs, and the test is the administrator.
        if (stranger == address(this) || stranger == administrator) return;
        IEntityRegistry.EntityDetails memory details = AnyDetails.from(seed >> 8);
        bytes[5] memory calls = [
            abi.encodeCall(entities.register, (account, details)),
            abi.encodeCall(entities.amend, (account, details)),
            abi.encodeCall(entities.suspend, (account, 1)),
            abi.encodeCall(entities.reinstate, (account, 1)),
            abi.encodeCall(entities.withdraw, (account, 1))
        ];
        bytes memory failure = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        for (uint256 i = 0; i < calls.length; ++i) assertRefused(stranger, address(entities), calls[i], failure);
    }

    function timePasses(uint256 seed) public {
        time += seed % 1_000_000;
    }

    function begin(uint256 seed) private returns (address) {
        vm.warp(time);
        return accounts[seed % accounts.length];
    }

    function act(address account, IEntityRegistry.Entity memory next, bytes memory data, bytes memory failure) private {
        (bool done, bytes memory answer) = address(entities).call(data);
        assertEq(keccak256(answer), keccak256(failure), "not the answer that was foretold");
        assertEq(done, failure.length == 0, "not the outcome that was foretold");
        _model[account] = next;
    }
}
