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
 * The edit form as it was sent without scripts: inputs are named by the paths of their places, and a hidden input for each item
 * of a list tells that it is there, in the order of the form.
 */
public final class FormState {
    /** The name of the hidden inputs that tell of items. */
    static final String ITEM = "item";

    private FormState() {}

    /**
     * What the form holds.
     *
     * @param base what the form was made from
     */
    static FormValues read(Shape type, FormValues base, Map<String, String[]> inputs) {
        for (String item : inputs.getOrDefault(ITEM, new String[0])) if (item.lastIndexOf('/') < 0) throw unknown(item);
        var sent = sent(inputs);
        // a list whose last item was removed sends nothing
        base.lists().keySet().forEach(list -> sent.lists().computeIfAbsent(list, it -> List.of()));
        // a box that was checked and is not any more sends nothing
        base.values().forEach((path, text) -> {
            if (text.equals("true") && !sent.values().containsKey(path) && isBox(type, path))
                sent.values().put(path, "");
        });
        return sent;
    }

    /** What was sent of it, whatever it was made from. */
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
