// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.flowable.bpmn.constants.BpmnXMLConstants;

/**
 * Says what a workflow may contain in the namespaces of other modellers. They write colours and versions there, which neither the engine nor
 * we read. The engine finds some elements and attributes by their local name alone, whatever their namespace, so no local name is
 * allowed that it knows.
 */
final class ForeignNames {
    /** Words in the namespaces of engines: what is written there is meant to be run. */
    private static final Set<String> ENGINES =
            Set.of("flowable", "activiti", "camunda", "zeebe", "jbpm", "jboss", "drools", "imprimatur", "omg", "w3");

    private static final Set<String> KNOWN_TO_THE_ENGINE = Arrays.stream(BpmnXMLConstants.class.getFields())
            .filter(field -> field.getType() == String.class)
            .map(ForeignNames::value)
            .collect(Collectors.toUnmodifiableSet());

    private ForeignNames() {}

    private static String value(Field constant) {
        try {
            return String.valueOf(constant.get(null));
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException("a public constant can be read", impossible);
        }
    }

    /** Whether an element or attribute with this name is ignored by all who read the file. */
    static boolean isHarmless(String namespace, String name) {
        String address = namespace.toLowerCase(Locale.ROOT);
        return !address.isBlank()
                && ENGINES.stream().noneMatch(address::contains)
                && !KNOWN_TO_THE_ENGINE.contains(name);
    }
}
