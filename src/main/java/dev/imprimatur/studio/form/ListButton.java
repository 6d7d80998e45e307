// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.diff.FormValues;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A button of a list, pressed without JavaScript: {@code add:LIST}, {@code remove:ITEM}, {@code up:ITEM} or {@code down:ITEM}.
 *
 * @param path the path of the list or of the item
 */
record ListButton(String verb, String path) {
    static @Nullable ListButton parse(String action) {
        int colon = action.indexOf(':');
        return colon < 0 ? null : new ListButton(action.substring(0, colon), action.substring(colon + 1));
    }

    boolean adds() {
        return verb.equals("add");
    }

    String list() {
        return adds() ? path : path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** Returns the values of the form after the button was pressed. An added item appears only when the page is rendered. */
    FormValues apply(FormValues shown) {
        if (adds()) return shown;
        var lists = new LinkedHashMap<>(shown.lists());
        var ids = new ArrayList<>(lists.getOrDefault(list(), List.of()));
        int from = ids.indexOf(path.substring(path.lastIndexOf('/') + 1));
        int to = verb.equals("up") ? from - 1 : from + 1;
        if (from < 0) return shown;
        var values = new LinkedHashMap<>(shown.values());
        if (verb.equals("remove")) {
            ids.remove(from);
            values.keySet().removeIf(at -> at.equals(path) || at.startsWith(path + "/"));
        } else if (to >= 0 && to < ids.size()) Collections.swap(ids, from, to);
        lists.put(list(), ids);
        return new FormValues(values, lists);
    }
}
