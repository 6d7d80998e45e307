// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.absences;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;

/**
 * Who is absent at one instant.
 *
 * @param absences the absences in force, by the username of the absent person
 */
public record Away(Map<String, Absence> absences) {
    public Away {
        absences = Map.copyOf(absences);
    }

    public boolean isAway(String person) {
        return absences.containsKey(person);
    }

    /**
     * The person who acts for an absent person. If the delegate is absent as well, the delegate's delegate acts, and so on. Empty if the
     * person is not absent, if nobody was named, or if all who were named are absent.
     */
    public Optional<String> delegateOf(String person) {
        var passed = new HashSet<String>();
        String next = person;
        for (var absence = absences.get(next); absence != null; absence = absences.get(next)) {
            if (absence.delegate() == null || !passed.add(next)) return Optional.empty();
            next = absence.delegate();
        }
        return next.equals(person) ? Optional.empty() : Optional.of(next);
    }
}
