// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.editing.Slug;
import dev.imprimatur.problem.Refusal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/** The rules for the redirect of an unpublished guide. */
final class Redirect {
    private static final Pattern PATH = Pattern.compile("/(?:[A-Za-z0-9._~-][A-Za-z0-9._~/-]*)?");

    private Redirect() {}

    /** Throws a refusal if readers may not be sent to this target. */
    static void check(String target, String ownSlug) {
        if (target.equals(ownSlug))
            throw Refusal.malformed("/redirectTo", "a guide cannot redirect to itself")
                    .raise();
        if (target.startsWith("/api/"))
            throw Refusal.malformed("/redirectTo", "readers are sent to pages; for another guide, give its slug")
                    .raise();
        if (!Slug.hasForm(target) && !PATH.matcher(target).matches() && !isWebAddress(target))
            throw Refusal.malformed(
                            "/redirectTo", "give a slug of the same type, a path that starts with /, or an http(s) URL")
                    .raise();
    }

    private static boolean isWebAddress(String target) {
        try {
            var uri = new URI(target);
            return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && target.chars().allMatch(c -> c > ' ' && c < 127);
        } catch (URISyntaxException none) {
            return false;
        }
    }
}
