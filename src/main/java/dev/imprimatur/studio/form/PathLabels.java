// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.content.Labels;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.FormValues;
import java.util.ArrayList;
import java.util.stream.Stream;

/** Names a place of a draft by the labels of the fields around it; an item of a list is named by its first text. */
public final class PathLabels {
    private PathLabels() {}

    public static String of(Shape type, FormValues draft, String path) {
        var labels = new ArrayList<String>();
        var at = type;
        var walked = new StringBuilder();
        for (String step : path.isEmpty() ? new String[0] : path.substring(1).split("/", -1)) {
            String list = walked.toString();
            walked.append('/').append(step);
            if (at.type().equals("array")) {
                labels.add(item(at, draft, list, step));
                at = at.items();
            } else {
                at = at.property(Pointers.unescape(step));
                labels.add(at.title().orElse(step));
            }
        }
        return labels.isEmpty() ? "The guide" : String.join(" › ", labels);
    }

    /** Names an item by its first text, as {@link Labels} does, or by its position if it has no text. */
    private static String item(Shape type, FormValues draft, String list, String id) {
        var texts = draft.under(list + "/" + id);
        int place = draft.items(list).indexOf(id);
        return Stream.concat(
                        Stream.of(""),
                        Stream.concat(type.key().stream(), type.items().properties().stream())
                                .map(field -> Pointers.join("", field)))
                .map(field -> texts.getOrDefault(field, ""))
                .filter(text -> !text.isBlank())
                .findFirst()
                .map(Labels::shortened)
                .orElse(place < 0 ? "an item that was removed" : Integer.toString(place + 1));
    }
}
