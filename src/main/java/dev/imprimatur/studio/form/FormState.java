// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.FormValues;
import dev.imprimatur.problem.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the edit form as browsers send it without JavaScript. The names of the inputs are paths. A hidden input for each list item says
 * that the item exists; the order of these inputs is the order of the items.
 */
public final class FormState {
    /** The name of the hidden inputs for list items. */
    static final String ITEM = "item";

    private FormState() {}

    /**
     * The values of a submitted form.
     *
     * @param base the values that the form was made from
     */
    static FormValues read(Shape type, FormValues base, Map<String, String[]> inputs) {
        for (String item : inputs.getOrDefault(ITEM, new String[0])) if (item.lastIndexOf('/') < 0) throw unknown(item);
        var sent = sent(inputs);
        // If all items of a list were removed, the form sends nothing for the list.
        base.lists().keySet().forEach(list -> sent.lists().computeIfAbsent(list, it -> List.of()));
        // A checkbox that was cleared sends nothing.
        base.values().forEach((path, text) -> {
            if (text.equals("true") && !sent.values().containsKey(path) && isBox(type, path))
                sent.values().put(path, "");
        });
        return sent;
    }

    /** The values that were sent, without regard to the values that the form was made from. */
    public static FormValues sent(Map<String, String[]> inputs) {
        var lists = new LinkedHashMap<String, List<String>>();
        for (String item : inputs.getOrDefault(ITEM, new String[0])) {
            int last = item.lastIndexOf('/');
            if (last < 0) continue;
            lists.computeIfAbsent(item.substring(0, last), list -> new ArrayList<>())
                    .add(item.substring(last + 1));
        }
        var values = new LinkedHashMap<String, String>();
        inputs.forEach((name, sent) -> {
            if (name.startsWith("/")) values.put(name, sent[sent.length - 1]);
        });
        return new FormValues(values, lists);
    }

    private static boolean isBox(Shape type, String path) {
        var at = type;
        for (String step : path.substring(1).split("/", -1))
            at = at.type().equals("array") ? at.items() : at.property(Pointers.unescape(step));
        return at.type().equals("boolean");
    }

    private static RuntimeException unknown(String name) {
        return Refusal.malformed(name, "is not an input of this form").raise();
    }
}
