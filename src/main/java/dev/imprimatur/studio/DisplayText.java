// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.comments.Discussions;
import dev.imprimatur.comments.Mentions;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Segmentation;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Language;
import dev.imprimatur.history.Edition;
import dev.imprimatur.invitations.Invitations;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.NamedReviewers;
import dev.imprimatur.review.OpenTask;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Formats states, dates, times and names for pages. Templates use this bean as {@code @words}. */
@Component("words")
public class DisplayText {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM yyyy", Locale.ENGLISH);
    private static final DateTimeFormatter DAY_OF_YEAR = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
    private static final DateTimeFormatter EXACT = DateTimeFormatter.ofPattern(
                    "d MMM yyyy, HH:mm:ss 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss");
    /** How long before its due date a review counts as due soon, in days. */
    static final int SOON = 30;

    private final Accounts access;
    private final Invitations invitations;
    private final ContentTypes types;
    private final Discussions discussions;
    private final Clock clock;
    /** Caches display names, because names rarely change and a page of guides shows many. */
    private final Cache<String, String> names = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofSeconds(10))
            .build();

    private final Cache<String, Language> languages =
            Caffeine.newBuilder().maximumSize(1_000).build();

    DisplayText(Accounts access, Invitations invitations, ContentTypes types, Discussions discussions, Clock clock) {
        this.discussions = discussions;
        this.types = types;
        this.access = access;
        this.invitations = invitations;
        this.clock = clock;
    }

    /** The time of the server's clock, to which pages relate other times. */
    public Instant now() {
        return clock.instant();
    }

    LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    public String day(LocalDate day) {
        return DAY.format(day);
    }

    public String dayOfYear(LocalDate day) {
        return DAY_OF_YEAR.format(day);
    }

    public String exact(Instant instant) {
        return EXACT.format(instant);
    }

    /** The instant as the clocks of a zone show it, for a form; null for none. */
    public static @Nullable String onTheClocks(@Nullable Instant instant, ZoneId zone) {
        return instant == null ? null : CLOCK.format(instant.atZone(zone));
    }

    public String ago(Instant instant) {
        var past = Duration.between(instant, clock.instant());
        if (past.isNegative()) return "in " + span(past.negated());
        return past.toMinutes() < 1 ? "just now" : span(past) + " ago";
    }

    private static String span(Duration past) {
        if (past.toDays() > 0) return count(past.toDays(), "day");
        if (past.toHours() > 0) return count(past.toHours(), "hour");
        return count(past.toMinutes(), "minute");
    }

    /** The number with its noun: {@code 1 day}, {@code 2 days}. */
    public static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** Says when something is due, relative to today. */
    public String due(LocalDate day) {
        long days = ChronoUnit.DAYS.between(today(), day);
        if (days < 0) return count(-days, "day") + " overdue";
        if (days == 0) return "due today";
        return days <= SOON ? "due in " + count(days, "day") : "fresh until " + day(day);
    }

    /** The people with these roles: “reviewers and publishers”. */
    public String people(List<String> roles) {
        return roles.stream().map(DisplayText::people).collect(Collectors.joining(" and "));
    }

    /** The people with a role: “reviewers”. */
    public static String people(String role) {
        return role.equals("ADMIN") ? "administrators" : role.toLowerCase(Locale.ROOT) + "s";
    }

    public String due(Instant instant) {
        return due(LocalDate.ofInstant(instant, ZoneOffset.UTC));
    }

    /** The freshness of the published revision and its parts: {@code current}, {@code soon} due, {@code overdue}, or {@code none} if no review is due. */
    public String freshness(Guide guide) {
        var due = guide.nextReviewDue();
        if (due == null) return "none";
        if (guide.overdue() || due.isBefore(today())) return "overdue";
        return due.isBefore(today().plusDays(SOON)) ? "soon" : "current";
    }

    /** The labels of parts of guides of a type: “Compensation”. */
    public String parts(String type, List<String> pointers) {
        return types.require(type).labels(pointers).stream()
                .map(DisplayText::isolated)
                .collect(Collectors.joining(" and "));
    }

    /** The language with this tag: its name, and the direction in which it is laid out. */
    public Language language(String locale) {
        return languages.get(locale, Language::of);
    }

    public String state(Edition.State state) {
        String words = state.apiName().replace('-', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    public String stateClass(Edition.State state) {
        return state.apiName();
    }

    /** The display name of an account, or of an expert whom somebody invited; the username if there is neither. */
    public String name(@Nullable String account) {
        if (account == null) return "nobody";
        return names.get(
                account,
                name -> access.account(name)
                        .map(Account::displayName)
                        .or(() -> invitations.nameOf(name))
                        .orElse(name));
    }

    /** Whether a comment under this account is that of an expert without an account, whom somebody invited. */
    public boolean isExpert(String account) {
        return access.account(account).isEmpty() && invitations.nameOf(account).isPresent();
    }

    /** The display name of an account, isolated for use within a sentence. */
    public String named(@Nullable String account) {
        return isolated(name(account));
    }

    /** Isolates a name with Unicode directional isolates, so that its writing direction does not affect the sentence around it. */
    public static String isolated(String name) {
        return "\u2068" + name + "\u2069";
    }

    /** A title within a sentence: isolated and in quotation marks. */
    public static String quoted(String title) {
        return "“" + isolated(title) + "”";
    }

    /** A comment in parts: text, and mentions of people who are told of them, because they may answer. */
    public List<Mentions.Part> mentions(String comment, Guide guide) {
        return Mentions.parts(
                comment,
                name -> access.caller(name)
                        .filter(it -> discussions.mayComment(it.person(), guide))
                        .isPresent());
    }

    /** The display names of several accounts in their order, separated by commas. */
    public String inOrder(List<String> accounts) {
        return accounts.stream().map(this::named).collect(Collectors.joining(", "));
    }

    /** For whom somebody has a task: “for Ada until 4 December 2026”. */
    public String insteadOf(OpenTask.InsteadOf absent) {
        return "for " + named(absent.person())
                + (absent.until() == null ? ", who was absent" : " until " + day(absent.until()));
    }

    /** The version of the reviewers that a guide names, for a form. */
    public String reviewersVersion(Guide guide) {
        return NamedReviewers.version(guide);
    }

    /** The display names of several accounts, sorted and separated by commas. */
    public String names(Collection<String> accounts) {
        return accounts.stream()
                .map(this::name)
                .sorted()
                .map(DisplayText::isolated)
                .collect(Collectors.joining(", "));
    }

    public String initials(String name) {
        return Arrays.stream(name.split("\\s+"))
                .filter(word -> !word.isEmpty())
                .limit(2)
                .map(word -> Segmentation.first(word).toUpperCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /** Turns the detail of a refusal into a sentence: with a capital letter and a full stop. */
    public static String sentence(String detail) {
        if (detail.isEmpty()) return detail;
        String first = Segmentation.first(detail);
        String end = detail.matches("(?s).*[.?!…]”?") ? "" : ".";
        return first.toUpperCase(Locale.ROOT) + detail.substring(first.length()) + end;
    }

    /** What a refusal says, in sentences: each of its faults, or else its detail. */
    public static String sentences(Refusal refusal) {
        return refusal.faults().isEmpty()
                ? sentence(refusal.detail())
                : refusal.faults().stream()
                        .map(fault -> sentence(fault.detail()))
                        .collect(Collectors.joining(" "));
    }

    /** The name of a role as pages show it: {@code EDITOR} becomes {@code Editor}. */
    public String role(String role) {
        return role.substring(0, 1) + role.substring(1).toLowerCase(Locale.ROOT);
    }
}
