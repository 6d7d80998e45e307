// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.preview;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.AccountWatcher;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.SignedLinks;
import dev.imprimatur.signing.Signer;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Makes, follows and revokes preview links. The token of a link is a JWS with the id of the link and its expiry. What the link shows is
 * stored on the server, so that no token can be changed to show anything else.
 */
@Component
public class PreviewLinks implements AccountWatcher {
    /** The path of all links, to be resolved against the address under which a client reaches this server. */
    private static final String PATH = "/api/delivery/v1/preview/";
    /** Distinguishes these tokens from everything else that the same key signs. */
    private static final String USE = "preview";

    private static final int MOST_OF_A_GUIDE = 50;
    /** Who may make links. */
    private static final Set<Role> MAKERS = Set.of(Role.EDITOR, Role.REVIEWER, Role.PUBLISHER);

    private static final String[] MAKING = {Permissions.EDITOR, Permissions.REVIEWER, Permissions.PUBLISHER};

    private final Permissions permissions;
    private final Previews previews;
    private final Drafts drafts;
    private final GuideRevisions guideRevisions;
    private final Accounts accounts;
    private final Audit audit;
    private final SignedLinks links;
    private final Clock clock;
    private final Duration longest;

    /** @param longest the maximum lifetime of a link, which is also the default, {@code imprimatur.preview.longest} */
    PreviewLinks(
            Previews previews,
            Drafts drafts,
            GuideRevisions guideRevisions,
            Accounts accounts,
            Audit audit,
            Signer signer,
            Clock clock,
            @Value("${imprimatur.preview.longest:30m}") Duration longest,
            Permissions permissions) {
        this.permissions = permissions;
        this.previews = previews;
        this.drafts = drafts;
        this.guideRevisions = guideRevisions;
        this.accounts = accounts;
        this.audit = audit;
        this.links = new SignedLinks(signer, USE);
        this.clock = clock;
        this.longest = longest;
    }

    /** A link that was just made; its URL is shown only once. */
    public record Fresh(Preview preview, String url) {
        @Override
        public String toString() {
            return "Fresh[" + preview.id() + "]";
        }
    }

    /**
     * Makes a link. A repeated request gets the link that the first one made.
     *
     * @param revision the number of the revision to show; null for the working copy of the edition in progress
     * @param expiresIn the lifetime of the link; null for the maximum
     */
    public Fresh make(Guide guide, @Nullable Integer revision, @Nullable Duration expiresIn, Person by) {
        permissions.mustAllow(by, guide, MAKING);
        var holds = expiresIn == null ? longest : expiresIn;
        if (holds.isNegative() || holds.isZero() || holds.compareTo(longest) > 0)
            throw Refusal.malformed("/expiresIn", "an ISO 8601 duration of at most " + longest)
                    .raise();
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        previews.deleteOver(now);
        String id = by.idOfNew();
        var made = previews.find(id);
        if (made.isPresent()) return fresh(made.get());
        if (previews.of(guide.id()).size() >= MOST_OF_A_GUIDE)
            throw Refusal.conflict(
                            "too-many-previews", "a guide has at most " + MOST_OF_A_GUIDE + " links; revoke one first")
                    .raise();
        var edition = revision == null
                ? drafts.of(guide).edition()
                : new EditionId(
                        guide.id(), guideRevisions.require(guide, revision).edition());
        var preview = new Preview(id, edition, revision, by.account(), now, now.plus(holds));
        previews.insert(preview);
        audit.record(by.account(), "preview-made", guide.id() + shown(preview), null);
        return fresh(preview);
    }

    private Fresh fresh(Preview preview) {
        return new Fresh(preview, PATH + links.token(preview.id(), preview.expiresAt()));
    }

    private static String shown(Preview preview) {
        return preview.revision() == null ? " working copy" : " revision " + preview.revision();
    }

    /** The valid links of the guide, newest first. */
    public List<Preview> of(Guide guide) {
        var now = clock.instant();
        return previews.of(guide.id()).stream()
                .filter(preview -> !preview.isOver(now))
                .toList();
    }

    public void revoke(Guide guide, String id, Person by) {
        permissions.mustAllow(by, guide, MAKING);
        if (!previews.delete(guide.id(), id))
            throw Refusal.missing("there is no such link").raise();
        audit.record(by.account(), "preview-revoked", guide.id(), null);
    }

    /** The preview of the token; empty if the token is not valid, has expired or was revoked. */
    Optional<Preview> follow(String token) {
        return links.id(token)
                .flatMap(previews::find)
                .filter(preview -> !preview.isOver(clock.instant()))
                .filter(preview -> accounts.account(preview.by())
                        .filter(PreviewLinks::mayMake)
                        .isPresent());
    }

    private static boolean mayMake(Account maker) {
        return maker.active() && maker.roles().stream().anyMatch(MAKERS::contains);
    }

    /** Deletes all links of an account that may not make links any more; a new role does not restore them. */
    @Override
    public void changed(Account now) {
        if (!mayMake(now)) previews.deleteBy(now.username());
    }
}
