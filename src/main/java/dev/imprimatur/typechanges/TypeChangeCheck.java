// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.typechanges;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import org.springframework.stereotype.Component;

/**
 * Checks the content types that are not accepted. The command {@code check} with changed files is therefore a rehearsal of the start with
 * these files. On a running node, the accepted type differs only after another node has accepted a later file.
 */
@Component
class TypeChangeCheck implements Check {
    private static final String RULE = "content-type";

    private final ContentTypes types;
    private final AcceptedTypes accepted;
    private final TypeChanges changes;

    TypeChangeCheck(ContentTypes types, AcceptedTypes accepted, TypeChanges changes) {
        this.types = types;
        this.accepted = accepted;
        this.changes = changes;
    }

    @Override
    public void run(Findings findings) {
        var before = accepted.all();
        for (var type : types.all()) {
            var last = before.get(type.name());
            if (last == null || last.hash().equals(TypeChanges.hash(type))) continue;
            if (last.former().contains(TypeChanges.hash(type))) {
                findings.unfinished(
                        RULE, type.name(), "this node works with a file that version " + last.version() + " replaced");
                continue;
            }
            var report = changes.check(type);
            report.contents().forEach(content -> findings.violation(RULE, content.place(), content.faultText()));
            if (report.isCompatible()) continue;
            findings.violation(
                    RULE,
                    type.name(),
                    report.incompatible() + " of " + report.checked()
                            + " contents do not fit the changed type; to accept it"
                            + " on purpose, start once with imprimatur.content-types.accept="
                            + TypeAcceptance.changeName(type, last));
        }
    }
}
