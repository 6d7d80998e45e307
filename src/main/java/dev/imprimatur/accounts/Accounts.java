// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.credentials.CalendarLinks;
import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.people.EmailAddress;
import dev.imprimatur.people.Grant;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.sessions.Sessions;
import dev.imprimatur.throttling.Throttle;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/** The accounts of people: who they are, what they may do, and how they sign in. */
@Component
public class Accounts {
    private static final Pattern USERNAME = Pattern.compile("[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?");
    private static final int LONGEST_ADDRESS = 100;
    /** Replaces an unknown username in the audit, which may be a password typed into the wrong field. */
    private static final String NO_ACCOUNT = "(no account)";

    private final AccountStore accounts;
    private final AccountNames names;
    private final Tokens tokens;
    private final CalendarLinks calendarLinks;
    private final Audit audit;
    private final Throttle throttle;
    private final Sessions sessions;
    private final ResetLinks resets;
    private final ObjectProvider<AccountWatcher> watchers;
    private final GrantRules grantRules;
    private final Clock clock;
    private final Passwords passwords;

    Accounts(
            AccountStore accounts,
            AccountNames names,
            Tokens tokens,
            CalendarLinks calendarLinks,
            Audit audit,
            Throttle throttle,
            Sessions sessions,
            ResetLinks resets,
            ObjectProvider<AccountWatcher> watchers,
            GrantRules grantRules,
            PasswordEncoder passwordEncoder,
            Clock clock) {
        this.accounts = accounts;
        this.names = names;
        this.tokens = tokens;
        this.calendarLinks = calendarLinks;
        this.audit = audit;
        this.throttle = throttle;
        this.sessions = sessions;
        this.resets = resets;
        this.watchers = watchers;
        this.grantRules = grantRules;
        this.passwords = new Passwords(passwordEncoder);
        this.clock = clock;
        names.renewKeys(SignedName::key);
        // accounts of releases that kept no names
        accounts.all().forEach(account -> names.claim(SignedName.key(account.displayName()), account.username()));
    }

    /** The data of a new account. */
    public record NewAccount(
            String username,
            String displayName,
            @Nullable String title,
            @Nullable String email,
            String password,
            Set<Role> roles,
            @Nullable List<Grant> grants,
            @Nullable List<String> groups) {
        /** The data of a new account whose roles hold for all guides. */
        public NewAccount(
                String username,
                String displayName,
                @Nullable String title,
                @Nullable String email,
                String password,
                Set<Role> roles) {
            this(username, displayName, title, email, password, roles, null, null);
        }

        @Override
        public String toString() {
            return "NewAccount[" + username + "]";
        }
    }

    /** Creates an account on behalf of the application. */
    public Account create(NewAccount wanted) {
        return create(wanted, null, null);
    }

    /** Creates an account. A repeated request returns the account that it created before. */
    public Account create(NewAccount wanted, Person by) {
        return create(wanted, by.account(), by.request());
    }

    private Account create(NewAccount wanted, @Nullable String by, @Nullable String request) {
        var faults = new ArrayList<Fault>();
        if (!USERNAME.matcher(wanted.username()).matches())
            faults.add(new Fault("/username", "1 to 64 lower-case letters, digits, dots, hyphens and underscores"));
        else if (SignedName.isReservedUsername(wanted.username()))
            faults.add(new Fault("/username", "this username is reserved; choose another"));
        faults.addAll(signedFaults(wanted.displayName(), wanted.title()));
        String addressFault = wanted.email() == null ? null : EmailAddress.fault(wanted.email(), LONGEST_ADDRESS);
        if (addressFault != null) faults.add(new Fault("/email", addressFault));
        var passwordFault = Passwords.fault(wanted.username(), wanted.password());
        if (passwordFault != null) faults.add(passwordFault);
        var grants = wanted.grants() == null
                ? List.<Grant>of()
                : grantRules.checked(wanted.grants(), wanted.roles(), faults);
        var groups = wanted.groups() == null ? new TreeSet<String>() : GrantRules.groups(wanted.groups(), faults);
        if (!faults.isEmpty())
            throw Refusal.malformed("the account cannot be made like this", faults)
                    .raise();
        var account = new Account(
                wanted.username(),
                UUID.randomUUID().toString(),
                SignedName.normal(wanted.displayName()),
                wanted.title() == null ? null : SignedName.normal(wanted.title()),
                wanted.email() == null ? null : wanted.email().strip(),
                wanted.roles(),
                grants,
                groups,
                true,
                clock.instant());
        if (accounts.find(wanted.username()).isPresent()) return madeIn(request, wanted.username());
        mustBeOwnName(account.displayName(), account.username());
        if (!accounts.insert(account, passwords.hash(wanted.password()), request))
            return madeIn(request, wanted.username());
        audit.record(by, "account-created", account.username() + " " + rights(account), null);
        return account;
    }

    private Account madeIn(@Nullable String request, String username) {
        return accounts.madeIn(request, username)
                .orElseThrow(() -> Refusal.conflict(
                                "username-taken", "this username is or was somebody else's; choose another")
                        .raise());
    }

    private static List<Fault> signedFaults(String displayName, @Nullable String title) {
        var faults = new ArrayList<Fault>();
        String name = SignedName.nameFault(displayName);
        if (name != null) faults.add(new Fault("/displayName", name));
        String called = SignedName.titleFault(title);
        if (called != null) faults.add(new Fault("/title", called));
        return faults;
    }

    /**
     * The name under which somebody without an account signs, in the form in which it is stored. Refuses an invalid name, and one that an
     * account bears, or another person without an account.
     *
     * @param owner names the person
     */
    public String nameOfGuest(String given, String owner) {
        String fault = SignedName.nameFault(given);
        if (fault != null) throw Refusal.malformed("/name", fault).raise();
        mustBeOwnName(SignedName.normal(given), owner);
        return SignedName.normal(given);
    }

    /** The title with which somebody without an account signs, in the form in which it is stored; null if they have none. */
    public @Nullable String titleOfGuest(@Nullable String given) {
        String fault = SignedName.titleFault(given);
        if (fault != null) throw Refusal.malformed("/title", fault).raise();
        return given == null || given.isBlank() ? null : SignedName.normal(given);
    }

    /** A name is signed with what its holder vouches for, so no two accounts ever bear one: it stays theirs, also after a renaming. */
    private void mustBeOwnName(String displayName, String username) {
        if (!names.claim(SignedName.key(displayName), username))
            throw Refusal.conflict(
                            "name-taken",
                            "somebody else has this name, or one that reads like it; tell the two apart, such as by an initial")
                    .raise();
    }

    public List<Account> accounts() {
        return accounts.all();
    }

    /** Whether somebody who is active has this e-mail address, whatever its case. */
    public boolean isAddressOfSomebody(String email) {
        return accounts.all().stream().anyMatch(account -> account.active() && email.equalsIgnoreCase(account.email()));
    }

    public boolean hasNoAccount() {
        return accounts.isEmpty();
    }

    /** The account if it is active. */
    public Optional<Account> account(String username) {
        return accounts.find(username).filter(Account::active);
    }

    /** The account of a caller if it is active. What another node changes is seen within half a second. */
    public Optional<Account> caller(String username) {
        return accounts.findRecent(username).filter(Account::active);
    }

    /** Whether there is an account of that name, active or not. Accounts are never deleted. */
    public boolean knows(String username) {
        return accounts.findRecent(username).isPresent();
    }

    /** Deactivates the account with effect from its next request. Refuses to deactivate the last administrator. */
    public void deactivate(String username, String by) {
        var account = known(username);
        mustNotBeLastAdministrator(account);
        accounts.active(username, false);
        if (account.active()) mustHaveAdministrator(() -> accounts.active(username, true));
        tokens.deleteAllOf(username);
        calendarLinks.deleteOf(username);
        resets.deleteOf(username);
        sessions.endAllOf(username, null);
        audit.record(by, "account-deactivated", username, null);
        changed(username);
    }

    /** Lets somebody in again, with the roles and the password they had. */
    public Account reactivate(String username, String by) {
        if (!known(username).active()) {
            accounts.active(username, true);
            audit.record(by, "account-reactivated", username, null);
        }
        return known(username);
    }

    /**
     * Changes what an account may do; the last administrator stays one.
     *
     * @param by the administrator who does it
     */
    public void setRoles(String username, Set<Role> roles, String by) {
        setRights(username, roles, null, null, by);
    }

    /**
     * Changes what an account may do in one step, with effect from its next request; the last administrator stays one. A grant of a role
     * that the account loses is kept, so the role is limited again when it comes back.
     *
     * @param roles null leaves the roles as they are
     * @param grants null leaves the grants as they are
     * @param groups null leaves the groups as they are
     * @param by the administrator who does it
     */
    public void setRights(
            String username,
            @Nullable Set<Role> roles,
            @Nullable List<Grant> grants,
            @Nullable List<String> groups,
            String by) {
        var account = known(username);
        var faults = new ArrayList<Fault>();
        var newRoles = roles == null ? account.roles() : roles;
        var newGrants = grants == null ? account.grants() : grantRules.checked(grants, newRoles, faults);
        var newGroups = groups == null ? account.groups() : GrantRules.groups(groups, faults);
        if (!faults.isEmpty())
            throw Refusal.malformed("an account cannot have these rights", faults)
                    .raise();
        boolean sameRoles = newRoles.equals(account.roles());
        if (sameRoles && newGrants.equals(account.grants()) && newGroups.equals(account.groups())) return;
        if (!newRoles.contains(Role.ADMIN)) mustNotBeLastAdministrator(account);
        accounts.rights(
                username,
                roles == null ? null : newRoles,
                grants == null ? null : newGrants,
                groups == null ? null : newGroups);
        if (account.active() && !sameRoles) mustHaveAdministrator(() -> accounts.roles(username, account.roles()));
        var now = known(username);
        audit.record(
                by,
                sameRoles ? "grants-changed" : "roles-changed",
                username + " " + rights(account) + " to " + rights(now),
                null);
        changed(username);
    }

    private static String rights(Account account) {
        String grants = account.grants().stream()
                .map(grant -> grant.role() + " for " + grant.words())
                .collect(Collectors.joining(", "));
        return account.roles()
                + (grants.isEmpty() ? "" : " limited: " + grants)
                + (account.groups().isEmpty() ? "" : " groups: " + account.groups());
    }

    private void changed(String username) {
        var now = known(username);
        watchers.forEach(watcher -> watcher.changed(now));
    }

    /** Undoes a change that left no administrator, as when two administrators demote each other at the same time. */
    private void mustHaveAdministrator(Runnable undo) {
        if (accounts.all().stream().anyMatch(it -> it.active() && it.roles().contains(Role.ADMIN))) return;
        undo.run();
        throw lastAdministrator();
    }

    /**
     * Changes how somebody appears to readers and colleagues from now on; what they vouched for keeps the old name.
     *
     * @param by an administrator
     */
    public void rename(String username, String displayName, @Nullable String title, @Nullable String email, String by) {
        var now = known(username);
        var faults = signedFaults(displayName, title);
        if (!faults.isEmpty())
            throw Refusal.malformed("nobody can be called like this", faults).raise();
        String address = address(email, now);
        String name = SignedName.normal(displayName);
        String called = title == null ? null : SignedName.normal(title);
        mustBeOwnName(name, username);
        accounts.rename(username, name, called, address);
        if (!name.equals(now.displayName()) || !Objects.equals(called, now.title()))
            audit.record(by, "account-renamed", username + " to " + name, null);
        if (!Objects.equals(address, now.email())) audit.record(by, "email-changed", username, null);
    }

    /** Changes where somebody is written to; they may do so themselves. */
    public void changeEmail(String username, @Nullable String email) {
        var now = known(username);
        String address = address(email, now);
        if (Objects.equals(address, now.email())) return;
        accounts.email(username, address);
        // The audit is kept for good, so it says that the address changed, and not the address.
        audit.record(username, "email-changed", username, null);
    }

    /** The address as it is stored. One that was stored before addresses were checked stays until somebody changes it. */
    private static @Nullable String address(@Nullable String given, Account now) {
        return given == null || given.equals(now.email())
                ? given
                : EmailAddress.checked("/email", given, LONGEST_ADDRESS);
    }

    /** Changes one's own password; all tokens and other sessions end, since whoever knew the old one may hold them. */
    public void changePassword(
            String username, String old, String wanted, String source, @Nullable String keptSession) {
        signIn(username, old, source);
        mustBePassword(username, wanted);
        setPassword(username, wanted, keptSession);
        audit.record(username, "password-changed", null, source);
    }

    void mustBePassword(String username, String wanted) {
        var fault = Passwords.fault(username, wanted);
        if (fault != null)
            throw Refusal.malformed(fault.pointer(), fault.detail()).raise();
    }

    void setPassword(String username, String wanted, @Nullable String keptSession) {
        accounts.password(username, passwords.hash(wanted));
        tokens.deleteAllOf(username);
        calendarLinks.deleteOf(username);
        resets.deleteOf(username);
        sessions.endAllOf(username, keptSession);
    }

    /** An account, active or not. */
    public Account known(String username) {
        return accounts.find(username)
                .orElseThrow(() ->
                        Refusal.missing("there is no account with this id").raise());
    }

    private void mustNotBeLastAdministrator(Account account) {
        boolean last = account.active()
                && account.roles().contains(Role.ADMIN)
                && accounts.all().stream()
                                .filter(it -> it.active() && it.roles().contains(Role.ADMIN))
                                .count()
                        == 1;
        if (last) throw lastAdministrator();
    }

    private static RuntimeException lastAdministrator() {
        return Refusal.conflict("last-administrator", "the last administrator stays")
                .raise();
    }

    /** Sets a password without asking for the old one; for the demo only. */
    public void resetPassword(String username, String password) {
        mustBePassword(username, password);
        accounts.password(username, passwords.hash(password));
    }

    /** Checks a password; unknown and known accounts take the same time and get the same answer. */
    public Account signIn(String username, String password, String source) {
        var known = accounts.credentials(username);
        var credentials = known.filter(it -> it.account().active());
        boolean right = throttle.isRight(
                username,
                source,
                () -> passwords.matches(
                        password,
                        credentials.map(AccountStore.Credentials::passwordHash).orElse(null)));
        if (!right || credentials.isEmpty()) {
            failed(username, known.isPresent() ? username : NO_ACCOUNT, source);
            throw Refusal.of(Refusal.Kind.UNAUTHENTICATED, "wrong-credentials", "username or password is wrong")
                    .raise();
        }
        throttle.succeeded(username, source);
        return credentials.get().account();
    }

    /**
     * Signs somebody in by password, and records it.
     *
     * @param door the way of signing in, as the audit records it
     */
    public Account signIn(String username, String password, String source, String door) {
        var account = signIn(username, password, source);
        audit.record(account.username(), "signed-in", door, source);
        return account;
    }

    private void failed(String username, String target, String source) {
        try {
            throttle.failed(username, source);
        } catch (Refused slowed) {
            if (throttle.isFirstRefusal(username, source)) audit.record(null, "sign-in-throttled", target, source);
            throw slowed;
        }
        audit.record(null, "sign-in-failed", target, source);
    }
}
