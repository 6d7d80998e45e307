package dev.imprimatur.studio;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import dev.imprimatur.editing.KeyedValues;
import java.util.ArrayList;

/** What a place of a draft is called: the labels of the form on the way to it, items of lists by what they begin with. */
final class PathLabels {
    private static final int LONGEST = 40;

    private PathLabels() {}

    static String of(Shape type, KeyedValues draft, String path) {
        var labels = new ArrayList<String>();
        var at = type;
        var walked = new StringBuilder();
        for (String step : path.isEmpty() ? new String[0] : path.substring(1).split("/", -1)) {
            String list = walked.toString();
            walked.append('/').append(step);
            if (at.type().equals("array")) {
                at = at.items();
                labels.add(item(draft, list, step));
            } else {
                at = at.property(Pointers.unescape(step));
                labels.add(at.title().orElse(step));
            }
        }
        return labels.isEmpty() ? "The guide" : String.join(" › ", labels);
    }

    private static String item(KeyedValues draft, String list, String id) {
        var first = draft.under(list + "/" + id).values().stream()
                .filter(text -> !text.isBlank())
                .findFirst();
        int place = draft.items(list).indexOf(id);
        return first.map(text ->
                        text.length() > LONGEST ? text.substring(0, LONGEST - 1).strip() + "…" : text)
                .map(text -> "“" + text.lines().findFirst().orElse("") + "”")
                .orElse(place < 0 ? "an item that was removed" : Integer.toString(place + 1));
    }
}
