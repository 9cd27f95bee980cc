// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {AUTHORITY} from "../../contracts/interfaces/IEntityRegistry.sol";
import {toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {toGrantId} from "../../contracts/types/GrantId.sol";
import {GrantState} from "../../contracts/types/GrantRecord.sol";
import {ApprovingAccount, RefusingAccount} from "./support/Accounts.sol";
import {Errors} from "./support/Errors.sol";
import {SignedFixture} from "./support/SignedFixture.sol";

/// @notice Accounts with code in every role. A real smart account of others is in smartAccount.test.ts.
contract SmartAccountsTest is SignedFixture {
    uint64 private constant DEADLINE = uint64(NOW);

    function test_asHolderBySignature() public {
        ApprovingAccount account = new ApprovingAccount();
        own(address(account));
        bytes32 digest = grantDigest(here(), address(account), usual(), 0, DEADLINE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (address(account), digest)));
        grants.grantWithSig(address(account), usual(), 0, DEADLINE, "any");
        account.approve(digest);
        grants.grantWithSig(address(account), usual(), 0, DEADLINE, "any");
        assertState(GrantState.ACTIVE);

        account.approve(revokeDigest(here(), address(account), revocation(), 1, DEADLINE));
        grants.revokeWithSig(address(account), revocation(), 1, DEADLINE, "");
        assertState(GrantState.RETAINED);
    }

    function test_asHolderWhoEndsEverywhere() public {
        ApprovingAccount account = new ApprovingAccount();
        own(address(account));
        account.execute(address(grants), abi.encodeCall(grants.grant, (usual())));
        account.approve(revokeEverywhereDigest(everywhere(), address(account), revocation(), uint64(NOW)));
        grants.revokeEverywhereWithSig(address(account), revocation(), uint64(NOW), "");
        assertState(GrantState.RETAINED);
    }

    function test_anAnswerThatIsNoneIsARefusal() public {
        for (uint256 kind = 0; kind < 6; ++kind) {
            address account = address(new RefusingAccount(kind));
            bytes32 digest = grantDigest(here(), account, usual(), 0, DEADLINE);
            vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (account, digest)));
            grants.grantWithSig(account, usual(), 0, DEADLINE, "any");
        }
    }

    /// @dev Two accounts of one owner: what was signed for the one is not valid for the other.
    function test_theHolderIsPartOfWhatIsSigned() public {
        ApprovingAccount account = new ApprovingAccount();
        ApprovingAccount twin = new ApprovingAccount();
        bytes32 digest = grantDigest(here(), address(account), usual(), 0, DEADLINE);
        account.approve(digest);
        twin.approve(digest);
        bytes32 due = grantDigest(here(), address(twin), usual(), 0, DEADLINE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsInvalidSignature, (address(twin), due)));
        grants.grantWithSig(address(twin), usual(), 0, DEADLINE, "any");
    }

    /// @dev EIP-7702: the key of an account that delegates to code is still the account's, whatever the code says.
    function test_aKeyWithCodeStillSigns() public {
        vm.etch(signer, address(new RefusingAccount(5)).code);
        bytes memory signature = signed(KEY, grantDigest(here(), signer, usual(), 0, DEADLINE));
        grants.grantWithSig(signer, usual(), 0, DEADLINE, signature);
        assertState(GrantState.ACTIVE);
    }

    function test_inEveryRoleByTransaction() public {
        ApprovingAccount holder = new ApprovingAccount();
        ApprovingAccount institution = new ApprovingAccount();
        ApprovingAccount relying = new ApprovingAccount();
        ApprovingAccount authority = new ApprovingAccount();
        registerEntity(address(authority), AUTHORITY);
        IAccessGrants.GrantRequest memory r = usual();
        (r.grantee, r.allowOnward) = (address(institution), true);
        holder.execute(address(grants), abi.encodeCall(grants.grant, (r)));
        vm.warp(NOW + 1);

        (r.grantee, r.allowOnward) = (address(relying), false);
        institution.execute(address(grants), abi.encodeCall(grants.grantOnward, (address(holder), r)));
        credential = toCredentialRef(address(holder), ISSUER, SEAL);
        assertTrue(grants.canRead(credential, address(relying), PURPOSE), "relying");

        authority.execute(
            address(grants),
            abi.encodeCall(
                grants.hold,
                (
                    IAccessGrants.HoldRequest(
                        address(holder),
                        ISSUER,
                        SEAL,
                        address(institution),
                        PURPOSE,
                        uint64(NOW) + 60,
                        CONTEXT
                    )
                )
            )
        );
        assertEq(grants.holdsOf(toGrantId(credential, address(institution), PURPOSE)).length, 1, "holds");
        IAccessGrants.ReleaseRequest memory release_ = giveUp();
        release_.holder = address(holder);
        relying.execute(address(grants), abi.encodeCall(grants.release, (release_)));
        assertTrue(!grants.canReadRecords(credential, address(relying), PURPOSE), "released");
        vm.expectRevert(
            abi.encodeCall(Errors.AccessGrantsHeld, (toGrantId(credential, address(institution), PURPOSE), NOW + 60))
        );
        institution.execute(address(grants), abi.encodeCall(grants.release, (release_)));
    }
}
