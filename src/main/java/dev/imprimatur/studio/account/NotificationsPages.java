// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.notifications.Bell;
import dev.imprimatur.notifications.MailSetup;
import dev.imprimatur.notifications.NotificationKind;
import dev.imprimatur.notifications.NotificationSettings;
import dev.imprimatur.notifications.PreferenceStore.Preferences;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.WorksReadOnly;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.PageLinks;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The notifications of the person who looks, and the form in which people choose how they are told. */
@Controller
@RequestMapping("/studio/notifications")
class NotificationsPages {
    private static final int SHOWN = 30;
    private static final int HOURS = 24;

    private final Bell bell;
    private final NotificationSettings settings;
    private final MailSetup mail;
    private final Accounts accounts;

    NotificationsPages(Bell bell, NotificationSettings settings, MailSetup mail, Accounts accounts) {
        this.bell = bell;
        this.settings = settings;
        this.mail = mail;
        this.accounts = accounts;
    }

    @GetMapping
    String list(@RequestParam(defaultValue = "") String cursor, Person me, Model model) {
        var page = bell.page(me, false, cursor, SHOWN);
        model.addAttribute("told", page);
        model.addAttribute("pages", PageLinks.of("/studio/notifications", page));
        return "studio/notifications";
    }

    /** @param until the instant of the newest notification that the person saw; null with an id */
    @PostMapping("/read")
    @WorksReadOnly
    String read(
            @RequestParam(required = false) @Nullable String id,
            @RequestParam(required = false) @Nullable Instant until,
            Person me) {
        if (id != null) bell.read(me, List.of(id));
        if (until != null) bell.readUntil(me, until);
        return "redirect:/studio/notifications";
    }

    @GetMapping("/settings")
    String settings(Person me, Model model) {
        return form(settings.of(me), me, model);
    }

    private String form(Preferences chosen, Person me, Model model) {
        model.addAttribute("chosen", chosen);
        model.addAttribute("kinds", NotificationKind.values());
        model.addAttribute(
                "hours", Stream.iterate(0, hour -> hour + 1).limit(HOURS).toList());
        model.addAttribute("gathered", gathered(settings.gathering()));
        model.addAttribute("mails", mail.isConfigured());
        model.addAttribute(
                "email", accounts.account(me.account()).map(Account::email).orElse(null));
        return "studio/notification-settings";
    }

    /** How often somebody is mailed at most who is mailed at once. */
    private static String gathered(Duration gathering) {
        if (gathering.isZero()) return "At once";
        boolean isMinutes = gathering.toSeconds() % 60 == 0;
        boolean isHours = isMinutes && gathering.toMinutes() % 60 == 0;
        long number = isHours ? gathering.toHours() : isMinutes ? gathering.toMinutes() : gathering.toSeconds();
        String unit = isHours ? "hour" : isMinutes ? "minute" : "second";
        return "At once, at most one every " + (number == 1 ? unit : number + " " + unit + "s");
    }

    /**
     * @param studio the kinds that are listed in the studio
     * @param mailed the kinds that are mailed
     */
    @PostMapping("/settings")
    String choose(
            @RequestParam(name = "studio", required = false) @Nullable List<String> studio,
            @RequestParam(name = "mail", required = false) @Nullable List<String> mailed,
            @RequestParam String digest,
            @RequestParam int hour,
            @RequestParam String zone,
            Person me,
            RedirectAttributes redirect) {
        var kinds = new LinkedHashMap<String, List<String>>();
        Arrays.stream(NotificationKind.values())
                .map(NotificationKind::apiName)
                .forEach(kind -> kinds.put(
                        kind,
                        Stream.of(
                                        studio != null && studio.contains(kind) ? "studio" : "",
                                        mailed != null && mailed.contains(kind) ? "mail" : "")
                                .filter(way -> !way.isEmpty())
                                .toList()));
        settings.choose(me, new NotificationSettings.Wanted(kinds, digest, hour, zone.strip()));
        Flash.notice(redirect, "Saved.");
        return "redirect:/studio/notifications/settings";
    }
}
