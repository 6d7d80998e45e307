// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.invitations;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.AccountWatcher;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.EmailAddress;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.SignedLinks;
import dev.imprimatur.signing.Signer;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Makes and revokes invitations of experts, who have no account. The token of a link is a JWS with the id of the invitation and its
 * expiry. Whom the link is for and what it shows are stored on the server. Nobody who contributed to a revision invites somebody to review
 * it, and an invitation ends once whoever made it may not review any more.
 */
@Component
public class Invitations implements AccountWatcher {
    /** The path of all links, to be resolved against the address under which a browser reaches this server. */
    private static final String PATH = "/invited/";
    /** Distinguishes these tokens from everything else that the same key signs. */
    private static final String USE = "invitation";

    private static final String EXPERT = "expert:";
    private static final int MOST_OF_A_GUIDE = 50;
    private static final int LONGEST_ADDRESS = 254;
    private static final Set<Role> INVITERS = Set.of(Role.EDITOR, Role.REVIEWER);
    private static final String[] INVITING = {Permissions.EDITOR, Permissions.REVIEWER};

    private final InvitationStore store;
    private final Permissions permissions;
    private final Editions editions;
    private final GuideRevisions guideRevisions;
    private final Accounts accounts;
    private final Audit audit;
    private final SignedLinks links;
    private final Clock clock;
    private final Duration longest;

    /** @param longest the longest time for which an invitation holds, {@code imprimatur.invitations.longest} */
    Invitations(
            InvitationStore store,
            Permissions permissions,
            Editions editions,
            GuideRevisions guideRevisions,
            Accounts accounts,
            Audit audit,
            Signer signer,
            Clock clock,
            @Value("${imprimatur.invitations.longest:30d}") Duration longest) {
        if (!longest.isPositive())
            throw new IllegalArgumentException("imprimatur.invitations.longest is longer than nothing");
        this.store = store;
        this.permissions = permissions;
        this.editions = editions;
        this.guideRevisions = guideRevisions;
        this.accounts = accounts;
        this.audit = audit;
        this.links = new SignedLinks(signer, USE);
        this.clock = clock;
        this.longest = longest;
    }

    /**
     * An invitation as a person or a script writes it.
     *
     * @param name with which the expert signs
     * @param email identifies the expert; readers never see it
     * @param revision null for the revision under review, or else the published one
     * @param expiresIn null for two weeks, or the longest time if that is shorter
     */
    public record Wanted(
            String name,
            @Nullable String title,
            String email,
            @Nullable Integer revision,
            @Nullable Duration expiresIn) {}

    /** An invitation with its URL. */
    public record Fresh(Invitation invitation, String url) {
        @Override
        public String toString() {
            return "Fresh[" + invitation.id() + "]";
        }
    }

    /** Invites an expert. A repeated request gets the invitation that the first one made. */
    public Fresh invite(Guide guide, Wanted wanted, Person by) {
        permissions.mustAllow(by, guide, INVITING);
        String id = by.idOfNew();
        var made = store.find(id);
        if (made.isPresent()) return fresh(made.get());
        var holds = holds(wanted.expiresIn());
        String email = EmailAddress.checked("/email", wanted.email(), LONGEST_ADDRESS);
        if (accounts.isAddressOfSomebody(email))
            throw Refusal.malformed(
                            "/email", "this is the address of a member of the team, who reviews with their own account")
                    .raise();
        String title = accounts.titleOfGuest(wanted.title());
        var revision = guideRevisions.require(guide, wanted.revision() == null ? current(guide) : wanted.revision());
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (editions.contributors(revision, now).contains(by.account()))
            throw Refusal.forbidden(
                            "contributor",
                            "you contributed to this revision, so somebody else has to invite whoever reviews it")
                    .raise();
        if (of(guide, by).size() >= MOST_OF_A_GUIDE)
            throw Refusal.conflict(
                            "too-many-invitations",
                            "a guide has at most " + MOST_OF_A_GUIDE + " invitations at a time; revoke one first")
                    .raise();
        String account = EXPERT + Sha256.version(email.toLowerCase(Locale.ROOT));
        String name = accounts.nameOfGuest(wanted.name(), account);
        var invitation = new Invitation(
                id,
                new EditionId(guide.id(), revision.edition()),
                revision.ref(),
                account,
                name,
                title,
                email,
                by.account(),
                now,
                now.plus(holds),
                null);
        // first, so that no invitation is without a record
        audit.record(by.account(), "expert-invited", target(invitation) + " as " + account + ", " + name, null);
        return fresh(store.insert(invitation));
    }

    private Duration holds(@Nullable Duration wanted) {
        var usual = Duration.ofDays(14);
        if (wanted == null) return usual.compareTo(longest) < 0 ? usual : longest;
        if (!wanted.isPositive() || wanted.compareTo(longest) > 0)
            throw Refusal.malformed("/expiresIn", "an ISO 8601 duration of at most " + longest)
                    .raise();
        return wanted;
    }

    /** The number of the revision under review, or else of the published one. */
    private int current(Guide guide) {
        var latest = editions.of(guide.id()).getLast();
        var live = guide.live();
        if (latest.underReview().isPresent()) return latest.underReview().get().number();
        if (live != null) return live.revision();
        throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "nothing-to-review",
                        "nothing is under review, and nothing is published; submit the draft first",
                        List.of(new Fault("/revision", "name a revision")),
                        Map.of())
                .raise();
    }

    private Fresh fresh(Invitation invitation) {
        return new Fresh(invitation, PATH + links.token(invitation.id(), invitation.expiresAt()));
    }

    private static String target(Invitation invitation) {
        return invitation.edition().guide() + " revision "
                + invitation.revision().number();
    }

    /** Administrators see and revoke all invitations. */
    private void mustSee(Guide guide, Person who) {
        if (!who.has(Role.ADMIN.name())) permissions.mustAllow(who, guide, INVITING);
    }

    /** Whether the person sees who is invited: administrators, and those who review or edit the guide. */
    public boolean shows(Guide guide, Person to) {
        return to.has(Role.ADMIN.name()) || permissions.allows(to, guide, INVITING);
    }

    /** The valid invitations to revisions of the guide, newest first. Throws a refusal if the person does not see them. */
    public List<Invitation> of(Guide guide, Person to) {
        mustSee(guide, to);
        var now = clock.instant();
        return store.of(guide.id()).stream().filter(it -> it.isValid(now)).toList();
    }

    /** Revokes an invitation. Administrators may revoke any, because a link may have come into wrong hands. */
    public void revoke(Guide guide, String id, Person by) {
        mustSee(guide, by);
        if (!store.revoke(guide.id(), id, clock.instant()))
            throw Refusal.missing("there is no such invitation").raise();
        audit.record(by.account(), "invitation-revoked", guide.id() + " " + id, null);
    }

    /** The invitation of the token; empty if the token is not valid, has expired or was revoked. */
    Optional<Invitation> follow(String token) {
        return links.id(token)
                .flatMap(store::find)
                .filter(it -> it.isValid(clock.instant()))
                .filter(it ->
                        accounts.account(it.by()).filter(Invitations::mayInvite).isPresent())
                .filter(it -> !accounts.isAddressOfSomebody(it.email()));
    }

    private static boolean mayInvite(Account account) {
        return account.active() && account.roles().stream().anyMatch(INVITERS::contains);
    }

    /** The name of an expert; empty if nobody was invited under this account. */
    public Optional<String> nameOf(String account) {
        return expert(account).map(Invitation::name);
    }

    /** The latest invitation of an expert; empty if nobody was invited under this account. */
    public Optional<Invitation> expert(String account) {
        return account.startsWith(EXPERT) ? store.ofExpert(account) : Optional.empty();
    }

    /** Revokes all invitations by an account that may not invite any more; a new role does not restore them. */
    @Override
    public void changed(Account now) {
        if (!mayInvite(now)) store.revokeAllBy(now.username(), clock.instant());
    }
}
