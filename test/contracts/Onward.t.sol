// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessGrants} from "../../contracts/interfaces/IAccessGrants.sol";
import {toCredentialRef} from "../../contracts/types/CredentialRef.sol";
import {GrantId, toGrantId} from "../../contracts/types/GrantId.sol";
import {GRANTED_ONWARD, GrantRecord, GrantState, MAY_GRANT_ONWARD} from "../../contracts/types/GrantRecord.sol";
import {Errors} from "./support/Errors.sol";
import {Model, Terms} from "./support/Model.sol";
import {OnwardFixture} from "./support/OnwardFixture.sol";

/// @notice Reliance: what a grantee may pass on, and that it ends with its own grant.
contract OnwardTest is OnwardFixture {
    function test_theRelyingInstitutionMayRead() public {
        onward(passed());
        assertChild(GrantState.ACTIVE);
        Terms memory t = childTerms();
        assertEq(t.grantedAt, NOW + 1, "grantedAt");
        assertEq(t.flags, GRANTED_ONWARD, "flags");
        assertEq(t.sequence, 1, "sequence");
        (GrantId parent, uint40 grantedAt) = grants.parentOf(child);
        assertEq(GrantId.unwrap(parent), GrantId.unwrap(id), "parent");
        assertEq(grantedAt, NOW, "the parent's grantedAt");
        assertEq(terms().flags, MAY_GRANT_ONWARD, "the parent's flags");
        assertEq(terms().sequence, 1, "the parent's sequence");
    }

    function test_saysEverythingInItsEvents() public {
        Terms memory t;
        (t.grantedAt, t.notBefore, t.expiresAt) = (NOW + 1, NOW + 1, NOW + YEAR);
        (t.retention, t.sequence, t.flags) = (YEAR, 1, GRANTED_ONWARD);
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.GrantedOnward(
            credential,
            HOLDER,
            RELYING,
            ISSUER,
            SEAL,
            PURPOSE,
            3,
            GrantRecord.wrap(Model.encode(t)),
            CONTEXT,
            GRANTEE,
            uint40(NOW)
        );
        onward(passed());
        (t.sequence, t.revokedAt) = (2, NOW + 1);
        vm.expectEmit(true, true, true, true, address(grants));
        emit IAccessGrants.RevokedOnward(
            credential,
            HOLDER,
            RELYING,
            ISSUER,
            SEAL,
            PURPOSE,
            2,
            GrantRecord.wrap(Model.encode(t)),
            GRANTEE
        );
        revokeOnward(GRANTEE);
        assertChild(GrantState.RETAINED);
    }

    function test_endsWhenTheParentIsRevoked() public {
        onward(passed());
        vm.warp(NOW + 100);
        revoke();
        assertChild(GrantState.RETAINED);
        vm.warp(NOW + 100 + YEAR - 1);
        assertChild(GrantState.RETAINED);
        vm.warp(NOW + 100 + YEAR);
        assertChild(GrantState.ENDED);
    }

    /// @dev Its own record keeping runs: what one institution gives up is not what another has to keep.
    function test_endsWhenTheParentIsReleased() public {
        onward(passed());
        release();
        assertState(GrantState.ENDED);
        assertChild(GrantState.RETAINED);
    }

    function test_endsWhenTheParentExpires() public {
        IAccessGrants.GrantRequest memory r = passed();
        r.expiresAt = uint64(NOW) + 2 * YEAR;
        onward(r);
        vm.warp(NOW + 2 * YEAR - 1);
        assertChild(GrantState.ACTIVE);
        vm.warp(NOW + 2 * YEAR);
        assertChild(GrantState.RETAINED);
    }

    function test_endsByItsOwnExpiryBeforeTheParent() public {
        onward(passed());
        vm.warp(NOW + YEAR);
        assertChild(GrantState.RETAINED);
        assertState(GrantState.ACTIVE);
    }

    function test_withoutEndOnlyUnderAParentWithoutEnd() public {
        IAccessGrants.GrantRequest memory r = passed();
        r.expiresAt = 0;
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsExpiryBeyondParent, (0, NOW + 2 * YEAR)));
        IAccessGrants.GrantRequest memory endless = sharing();
        endless.expiresAt = 0;
        grant(endless);
        onward(r);
        vm.warp(NOW + 100 * uint256(YEAR));
        assertChild(GrantState.ACTIVE);
        revoke();
        assertChild(GrantState.RETAINED);
    }

    function test_whatIsPendingEndsWithTheParentAndNeverBegins() public {
        IAccessGrants.GrantRequest memory r = passed();
        r.notBefore = uint64(NOW) + 60;
        onward(r);
        assertChild(GrantState.PENDING);
        vm.warp(NOW + 59);
        revoke();
        assertChild(GrantState.ENDED);
        vm.warp(NOW + 60);
        assertChild(GrantState.ENDED);
    }

    function test_onlyWhereTheHolderAllowedIt() public {
        IAccessGrants.GrantRequest memory r = usual();
        r.purpose = PURPOSE + 1;
        grant(r);
        vm.warp(NOW + 2);
        IAccessGrants.GrantRequest memory s = passed();
        s.purpose = PURPOSE + 1;
        GrantId parent = toGrantId(credential, GRANTEE, PURPOSE + 1);
        onwardRefused(s, abi.encodeCall(Errors.AccessGrantsOnwardNotAllowed, (parent)));
        r.allowOnward = true;
        grant(r);
        onward(s);
    }

    function test_oneLevelDeepOnly() public {
        IAccessGrants.GrantRequest memory r = passed();
        r.allowOnward = true;
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsOnwardTooDeep, ()));
        onward(passed());
        vm.warp(NOW + 2);
        r = passed();
        r.grantee = OTHER;
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsOnwardNotAllowed, (child)));
        vm.prank(RELYING);
        grants.grantOnward(HOLDER, r);
    }

    function test_neverWiderOrLongerThanTheParent() public {
        IAccessGrants.GrantRequest memory r = passed();
        r.expiresAt = uint64(NOW) + 2 * YEAR + 1;
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsExpiryBeyondParent, (r.expiresAt, NOW + 2 * YEAR)));
        r = passed();
        r.lockedUntil = uint64(NOW) + 3 * YEAR + 1;
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsLockBeyondParent, (r.lockedUntil, NOW + 3 * YEAR)));
        r = passed();
        r.retention = 5 * YEAR + 1;
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsRetentionBeyondParent, (r.retention, 5 * YEAR)));
        r = passed();
        r.purpose = PURPOSE + 1;
        onwardRefused(
            r,
            abi.encodeCall(Errors.AccessGrantsOnwardNotAllowed, (toGrantId(credential, GRANTEE, PURPOSE + 1)))
        );
        r = passed();
        (r.expiresAt, r.lockedUntil) = (uint64(NOW) + 2 * YEAR, uint64(NOW) + 3 * YEAR);
        r.retention = 5 * YEAR;
        onward(r);
    }

    function test_onlyWhileTheParentIsActive() public {
        revoke();
        onwardRefused(passed(), abi.encodeCall(Errors.AccessGrantsParentNotActive, (id, GrantState.RETAINED)));
        IAccessGrants.GrantRequest memory later = sharing();
        later.purpose = PURPOSE + 1;
        later.notBefore = uint64(NOW) + 60;
        grant(later);
        vm.warp(NOW + 59);
        IAccessGrants.GrantRequest memory r = passed();
        r.purpose = PURPOSE + 1;
        GrantId parent = toGrantId(credential, GRANTEE, PURPOSE + 1);
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsParentNotActive, (parent, GrantState.PENDING)));
        vm.warp(NOW + 60);
        onward(r);
    }

    function test_notToOneself() public {
        IAccessGrants.GrantRequest memory r = passed();
        r.grantee = GRANTEE;
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsSelfGrant, (GRANTEE)));
        r.grantee = HOLDER;
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsSelfGrant, (HOLDER)));
        r.grantee = address(0);
        onwardRefused(r, abi.encodeCall(Errors.AccessGrantsGranteeZero, ()));
    }

    function test_isExtendedByTheSameGrantor() public {
        onward(passed());
        IAccessGrants.GrantRequest memory longer = passed();
        longer.expiresAt += 1;
        onward(longer);
        assertEq(childTerms().expiresAt, NOW + YEAR + 1, "expiresAt");
        assertEq(childTerms().sequence, 2, "sequence");
        onwardRefused(longer, abi.encodeCall(Errors.AccessGrantsUnchanged, (child)));
        onwardRefused(
            passed(),
            abi.encodeCall(Errors.AccessGrantsExpiryShortened, (uint64(NOW) + YEAR, NOW + YEAR + 1))
        );
    }

    function test_anotherGrantorCannotTakeItOver() public {
        onward(passed());
        IAccessGrants.GrantRequest memory toOther = sharing();
        toOther.grantee = OTHER;
        grant(toOther);
        vm.warp(NOW + 2);
        IAccessGrants.GrantRequest memory longer = passed();
        longer.expiresAt += 1;
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsGrantedByOther, (child)));
        vm.prank(OTHER);
        grants.grantOnward(HOLDER, longer);
    }

    function test_doesNotTouchWhatTheHolderGranted() public {
        IAccessGrants.GrantRequest memory direct = usual();
        direct.grantee = RELYING;
        grant(direct);
        onwardRefused(passed(), abi.encodeCall(Errors.AccessGrantsGrantedByOther, (child)));
        vm.prank(HOLDER);
        IAccessGrants.RevokeRequest memory r = revocation();
        r.grantee = RELYING;
        grants.revoke(r);
        onward(passed());
        assertChild(GrantState.ACTIVE);
        assertEq(childTerms().lockedUntil, NOW + 1 + 5 * YEAR, "what was to be kept is kept");
    }

    function test_theHolderRevokesIt() public {
        onward(passed());
        IAccessGrants.RevokeRequest memory r = revocation();
        r.grantee = RELYING;
        vm.prank(HOLDER);
        grants.revoke(r);
        assertChild(GrantState.RETAINED);
        assertState(GrantState.ACTIVE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsAlreadyEnded, (child, NOW + 1)));
        revokeOnward(GRANTEE);
    }

    function test_theHolderCannotRevokeWhatEndedWithTheParent() public {
        onward(passed());
        revoke();
        vm.warp(NOW + 10);
        IAccessGrants.RevokeRequest memory r = revocation();
        r.grantee = RELYING;
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsAlreadyEnded, (child, NOW + 1)));
        vm.prank(HOLDER);
        grants.revoke(r);
    }

    function test_theRelyingInstitutionReleasesIt() public {
        onward(passed());
        IAccessGrants.ReleaseRequest memory r = giveUp();
        vm.prank(RELYING);
        grants.release(r);
        assertChild(GrantState.ENDED);
        assertState(GrantState.ACTIVE);
    }

    /// @dev Released after the parent's end: the end stays when it was.
    function test_releasedWhileRetainedKeepsTheEndOfTheParent() public {
        onward(passed());
        revoke();
        vm.warp(NOW + 50);
        vm.prank(RELYING);
        grants.release(giveUp());
        assertEq(childTerms().revokedAt, 0, "revokedAt");
        assertChild(GrantState.ENDED);
    }

    /// @dev The holder makes it his own: no end of the parent ends it any more.
    function test_becomesTheHoldersOwnGrant() public {
        onward(passed());
        IAccessGrants.GrantRequest memory direct = passed();
        grant(direct);
        assertEq(childTerms().flags, 0, "flags");
        assertEq(childTerms().sequence, 2, "sequence");
        (GrantId parent, uint40 grantedAt) = grants.parentOf(child);
        assertEq(GrantId.unwrap(parent), 0, "parent");
        assertEq(grantedAt, 0, "the parent's grantedAt");
        revoke();
        assertChild(GrantState.ACTIVE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotGrantor, (child, GRANTEE)));
        revokeOnward(GRANTEE);
    }

    function test_onlyTheGrantorRevokesOnward() public {
        onward(passed());
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotGrantor, (child, OTHER)));
        revokeOnward(OTHER);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotGrantor, (child, HOLDER)));
        revokeOnward(HOLDER);
    }

    function test_nothingToRevokeOnward() public {
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsNotGrantor, (child, GRANTEE)));
        revokeOnward(GRANTEE);
    }

    function test_theRightToGrantOnwardLastsAsLongAsTheGrant() public {
        IAccessGrants.GrantRequest memory r = sharing();
        (r.expiresAt, r.allowOnward) = (0, false);
        grantRefused(r, abi.encodeCall(Errors.AccessGrantsOnwardWithdrawn, (id)));
        revoke();
        grant(r);
        assertEq(terms().flags, 0, "flags");
    }

    function test_theRightToGrantOnwardCanBeAddedAlone() public {
        IAccessGrants.GrantRequest memory r = usual();
        r.purpose = PURPOSE + 1;
        grant(r);
        r.allowOnward = true;
        grant(r);
        grantRefused(r, abi.encodeCall(Errors.AccessGrantsUnchanged, (toGrantId(credential, GRANTEE, PURPOSE + 1))));
    }

    function testFuzz_nobodyGrantsOnwardWhatIsNotHis(address caller, address holder) public {
        vm.assume(caller != GRANTEE && caller != RELYING && holder != RELYING);
        GrantId parent = toGrantId(toCredentialRef(holder, ISSUER, SEAL), caller, PURPOSE);
        vm.expectRevert(abi.encodeCall(Errors.AccessGrantsOnwardNotAllowed, (parent)));
        vm.prank(caller);
        grants.grantOnward(holder, passed());
    }

    function test_aGrantThatNeedsTheLastNumberIsNotGrantedOnward() public {
        onward(passed());
        Terms memory t = childTerms();
        t.sequence = 65_534;
        vm.store(address(grants), keccak256(abi.encode(child, uint256(0))), Model.encode(t));
        IAccessGrants.GrantRequest memory longer = passed();
        longer.expiresAt += 1;
        onwardRefused(longer, abi.encodeCall(Errors.AccessGrantsSequenceExhausted, (child)));
        revokeOnward(GRANTEE);
        assertEq(childTerms().sequence, 65_535, "sequence");
    }
}
