// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.ScheduleNotices;
import dev.imprimatur.history.Edition;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.review.OpenTask;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The home page: the tasks of the person who is signed in. */
@Controller
class HomePage {
    private static final int TASKS = 20;
    private static final int WEEKS = 13;
    private static final int RECENT = 8;
    private static final int BAR = 72;

    private final Inbox inbox;
    private final Guides guides;
    private final LedgerReader ledger;
    private final ScheduleNotices notices;
    private final DisplayText words;

    HomePage(Inbox inbox, Guides guides, LedgerReader ledger, ScheduleNotices notices, DisplayText words) {
        this.notices = notices;
        this.inbox = inbox;
        this.guides = guides;
        this.ledger = ledger;
        this.words = words;
    }

    /**
     * One week in the chart of reviews that become due.
     *
     * @param height the height of the bar, at most {@value HomePage#BAR}
     */
    record Week(LocalDate from, List<Guide> due, int height) {}

    /** The number of guides by freshness. */
    record Freshness(long current, long soon, long overdue) {
        public long all() {
            return current + soon + overdue;
        }

        /** The share of a number in the total, in thousandths. */
        public long share(long number) {
            return all() == 0 ? 0 : number * 1000 / all();
        }
    }

    record EndedSchedule(ScheduleNotices.Notice notice, Guide guide) {}

    record Recent(LedgerEntry entry, String title) {}

    @GetMapping("/studio")
    String home(@RequestParam(defaultValue = "") String cursor, Person me, Model model) {
        var all = guides.cached();
        var asked = new Inbox.Query(false, true, null, null, null);
        var decisions = inbox.list(asked, asked.window(cursor, TASKS), me);
        var drafts = drafts(all, me).toList();
        model.addAttribute(
                "tasks",
                Stream.concat(
                                decisions.items().stream(),
                                decisions.previous() == null ? drafts.stream() : Stream.empty())
                        .toList());
        model.addAttribute("count", inbox.waiting(me) + drafts.size());
        model.addAttribute("endedSchedules", endedSchedules(me));
        model.addAttribute("drafts", unfinished(all, me));
        model.addAttribute("pages", PageLinks.of("/studio", decisions));
        model.addAttribute("others", waitingForOthers(all, me));
        model.addAttribute("owned", owned(all, me));
        model.addAttribute("freshness", freshness(all));
        model.addAttribute("weeks", weeks(all));
        model.addAttribute("recent", recent(all));
        return "studio/home";
    }

    @PostMapping("/studio/ended-schedules/dismiss")
    String dismiss(@RequestParam String notice, Person me) {
        notices.dismiss(notice, me.account());
        return "redirect:/studio";
    }

    private List<EndedSchedule> endedSchedules(Person me) {
        var ended = notices.of(me.account());
        var cards =
                guides.find(ended.stream().map(ScheduleNotices.Notice::guide).collect(Collectors.toSet()));
        return ended.stream()
                .flatMap(it -> Stream.ofNullable(cards.get(it.guide())).map(guide -> new EndedSchedule(it, guide)))
                .toList();
    }

    /** The drafts that wait for this person: those assigned to them, and those that they wrote and for which changes are requested. */
    private Stream<OpenTask> drafts(List<Guide> guides, Person me) {
        var mine = new Inbox.Query(true, false, null, null, null);
        var assigned = inbox.list(mine, mine.window(null, TASKS), me).items().stream()
                .filter(task -> task.outcomes().isEmpty());
        var sentBack = guides.stream()
                .filter(guide -> isSentBack(guide) && guide.contributors().contains(me.account()))
                .limit(TASKS)
                .flatMap(guide -> inbox.of(guide.current()).stream())
                .filter(task -> task.outcomes().isEmpty() && !me.account().equals(task.assignee()));
        return Stream.concat(assigned, sentBack);
    }

    private static boolean isSentBack(Guide guide) {
        return guide.state() == Edition.State.DRAFT && guide.revision() != null;
    }

    private static List<Guide> unfinished(List<Guide> guides, Person me) {
        return guides.stream()
                .filter(guide -> guide.state() == Edition.State.DRAFT && !isSentBack(guide))
                .filter(guide -> guide.contributors().contains(me.account())
                        || guide.createdBy().equals(me.account()))
                .sorted(Comparator.comparing(Guide::updatedAt).reversed())
                .limit(RECENT)
                .toList();
    }

    private static List<Guide> waitingForOthers(List<Guide> guides, Person me) {
        return guides.stream()
                .filter(guide -> isWithReviewers(guide) && guide.contributors().contains(me.account()))
                .sorted(Comparator.comparing(Guide::updatedAt))
                .limit(RECENT)
                .toList();
    }

    /** The guides of this owner whose reviews are due soon or overdue, the earliest first. */
    private List<Guide> owned(List<Guide> guides, Person me) {
        return guides.stream()
                .filter(guide -> me.account().equals(guide.owner())
                        && Set.of("soon", "overdue").contains(words.freshness(guide)))
                .sorted(Comparator.comparing(guide -> String.valueOf(guide.nextReviewDue())))
                .limit(RECENT)
                .toList();
    }

    /** An approved edition is published at once, unless its workflow has another task first. */
    private static boolean isWithReviewers(Guide guide) {
        return guide.state() == Edition.State.IN_REVIEW || guide.state() == Edition.State.APPROVED;
    }

    private Freshness freshness(List<Guide> guides) {
        Map<String, Long> counts =
                guides.stream().collect(Collectors.groupingBy(words::freshness, Collectors.counting()));
        return new Freshness(
                counts.getOrDefault("current", 0L),
                counts.getOrDefault("soon", 0L),
                counts.getOrDefault("overdue", 0L));
    }

    private List<Week> weeks(List<Guide> guides) {
        var today = words.today();
        Map<Long, List<Guide>> due = guides.stream()
                .filter(guide ->
                        guide.nextReviewDue() != null && !guide.nextReviewDue().isBefore(today))
                .collect(Collectors.groupingBy(guide -> ChronoUnit.WEEKS.between(today, guide.nextReviewDue())));
        int most = IntStream.range(0, WEEKS)
                .map(week -> due.getOrDefault((long) week, List.of()).size())
                .max()
                .orElse(0);
        return IntStream.range(0, WEEKS)
                .mapToObj(week -> {
                    var these = due.getOrDefault((long) week, List.of());
                    int height = most == 0 ? 0 : Math.max(these.isEmpty() ? 0 : 6, these.size() * BAR / most);
                    return new Week(today.plusWeeks(week), these, height);
                })
                .toList();
    }

    private List<Recent> recent(List<Guide> guides) {
        var cards = guides.stream().collect(Collectors.toMap(Guide::id, Function.identity()));
        long last = ledger.position();
        var positions = LongStream.rangeClosed(Math.max(1, last - RECENT + 1), last);
        return ledger.find(positions.boxed().toList()).reversed().stream()
                .map(entry -> {
                    var card = cards.get(entry.id());
                    return new Recent(entry, card == null ? entry.slug() : card.title());
                })
                .toList();
    }
}
