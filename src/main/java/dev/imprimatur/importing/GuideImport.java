// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Imports;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.editing.Slugs;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Imports an export as drafts. A guide whose type, locale and slug exist is left as it is, so an import that was interrupted continues when
 * it is run again.
 */
@Component
class GuideImport {
    /** The number of guides that are written together. */
    static final int BATCH = 100;

    private final ContentTypes types;
    private final Guides guides;
    private final Slugs slugs;
    private final Imports imports;
    private final Permissions permissions;
    private final Audit audit;

    GuideImport(ContentTypes types, Guides guides, Slugs slugs, Imports imports, Permissions permissions, Audit audit) {
        this.types = types;
        this.guides = guides;
        this.slugs = slugs;
        this.imports = imports;
        this.permissions = permissions;
        this.audit = audit;
    }

    private record Planned(SourceRecord record, Mapping.Mapped mapped, Imports.NewGuide guide) {}

    /** @param by the author of the drafts, an editor */
    void run(Path export, Mapping mapping, Person by, boolean dryRun, ImportReport report) {
        types.require(mapping.type());
        var run = new Run(mapping, by, dryRun, report, slugs.formerAddresses());
        var source = mapping.source() == null ? Sources.of(export) : mapping.source();
        try {
            source.read(export, run::accept);
        } finally {
            // also what was read before a fault
            run.write();
            if (!dryRun && report.imported() > 0)
                audit.record(
                        by.account(),
                        "guides-imported",
                        String.valueOf(export.getFileName()),
                        report.imported() + " guides");
        }
    }

    /** One run over the records of an export. */
    private final class Run {
        private final Mapping mapping;
        private final Person by;
        private final boolean dryRun;
        private final ImportReport report;
        private final Predicate<Slugs.Address> former;
        private final Set<String> mapped;
        private final Map<Slugs.Address, String> seen = new HashMap<>();
        private final List<Planned> batch = new ArrayList<>();

        Run(Mapping mapping, Person by, boolean dryRun, ImportReport report, Predicate<Slugs.Address> former) {
            this.mapping = mapping;
            this.by = by;
            this.dryRun = dryRun;
            this.report = report;
            this.former = former;
            this.mapped = mapping.fields();
        }

        void accept(SourceRecord record) {
            if (!mapping.selects(record)) {
                report.notSelected();
                return;
            }
            record.fields().propertyNames().stream()
                    .filter(field -> !mapped.contains(field))
                    .forEach(report::unmapped);
            try {
                plan(record, mapping.apply(record));
            } catch (Refused refused) {
                report.refused(record, words(refused));
            }
            if (batch.size() == BATCH) write();
        }

        private void plan(SourceRecord record, Mapping.Mapped given) {
            if (!given.faults().isEmpty()) {
                report.refused(
                        record,
                        given.faults().entrySet().stream()
                                .map(it -> it.getKey() + ": " + it.getValue())
                                .collect(Collectors.joining("; ")));
                return;
            }
            if (given.slug().isEmpty()) {
                report.refused(record, "nothing in it makes a slug; say in the mapping which field does");
                return;
            }
            var guide = imports.checked(
                    new Imports.NewGuide(
                            mapping.type(),
                            given.locale(),
                            given.slug(),
                            types.require(mapping.type()).withDefaults(given.content()),
                            by,
                            "Imported from " + record.name()),
                    false);
            permissions.mustAllowNew(by, guide.type(), guide.locale(), guide.content());
            var address = new Slugs.Address(guide.type(), guide.locale(), guide.slug());
            String before = seen.putIfAbsent(address, record.name());
            if (before != null) report.refused(record, before + " has the same slug, " + guide.slug());
            else if (guides.bySlug(guide.type(), guide.locale(), guide.slug()).isPresent())
                report.existing(record, words(guide), "");
            else if (former.test(address)) report.existing(record, words(guide), ", and was renamed or deleted here");
            else batch.add(new Planned(record, given, guide));
        }

        /** Creates the planned guides. */
        void write() {
            var created = new HashSet<String>();
            if (dryRun) batch.forEach(it -> created.add(words(it.guide())));
            else if (!batch.isEmpty())
                // their processes begin when a server next compares them with the logs
                imports.create(batch.stream().map(Planned::guide).toList()).forEach(card -> created.add(words(card)));
            for (var planned : batch)
                if (created.contains(words(planned.guide())))
                    report.imported(
                            planned.record(),
                            words(planned.guide()),
                            planned.mapped().leftOut());
                else report.existing(planned.record(), words(planned.guide()), ", since a moment ago");
            batch.clear();
        }
    }

    private static String words(Imports.NewGuide guide) {
        return guide.type() + "/" + guide.locale() + "/" + guide.slug();
    }

    private static String words(Guide card) {
        return card.type() + "/" + card.locale() + "/" + card.slug();
    }

    private static String words(Refused refused) {
        var refusal = refused.refusal();
        return refusal.faults().isEmpty()
                ? refusal.detail()
                : refusal.faults().stream()
                        .map(fault -> fault.pointer().replaceFirst("^/content", "") + ": " + fault.detail())
                        .collect(Collectors.joining("; "));
    }
}
