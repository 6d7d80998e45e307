// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.failure;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Labels;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.studio.form.FormState;
import dev.imprimatur.studio.form.PathLabels;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Finds the label of the form field that a fault is about. The templates know it as {@code @places}. */
@Component("places")
class FieldLabels {
    private static final Pattern OF_A_GUIDE = Pattern.compile("/studio/guides/([^/]+)(/.*)?");
    /** Fields of the studio's own forms whose label is another than their name. */
    private static final Map<String, String> LABELS = Map.ofEntries(
            Map.entry("displayName", "Name as readers see it"),
            Map.entry("email", "E-mail"),
            Map.entry("origins", "Pages in a browser"),
            Map.entry("reason", "Why"),
            Map.entry("redirectTo", "Where readers are sent instead"),
            Map.entry("body", "Comment"),
            Map.entry("quote", "Passage"),
            Map.entry("url", "Address"),
            Map.entry("kinds", "Events"),
            Map.entry("old", "The password you have"),
            Map.entry("own-password", "Your password"),
            Map.entry("reasonCode", "Reason"),
            Map.entry("wanted", "The new password"),
            Map.entry("to", "Up to and with"),
            Map.entry("action", "What happened"),
            Map.entry("target", "On what"));

    private final ContentTypes types;
    private final Editing editing;

    FieldLabels(ContentTypes types, Editing editing) {
        this.types = types;
        this.editing = editing;
    }

    /** A place of content of that type. */
    public String in(ContentType type, JsonNode content, String pointer) {
        return Labels.of(type.shape(), content, pointer);
    }

    /**
     * What a pointer leads to in what was sent to a page.
     *
     * @param path of the page
     * @return empty for all that was sent
     */
    public String of(@Nullable String path, String pointer) {
        String at = pointer.startsWith("/content/") ? pointer.substring("/content".length()) : pointer;
        if (at.isEmpty()) return "";
        String field = Pointers.unescape(at.substring(1).split("/", 2)[0]);
        return guide(path)
                .filter(guide -> types.find(guide.type())
                        .filter(type -> type.fields().contains(field))
                        .isPresent())
                .map(guide -> in(types.require(guide.type()), draft(guide), at))
                .orElseGet(() -> Arrays.stream(at.substring(1).split("/", -1))
                        .map(Pointers::unescape)
                        .map(FieldLabels::label)
                        .collect(Collectors.joining(" › ")));
    }

    /**
     * What a form calls one of its fields.
     *
     * @param path of the page that it was sent to
     * @param name of the field; in the form of a guide, the path of its place
     * @param sent all that was sent
     */
    String ofField(String path, String name, Map<String, String[]> sent) {
        if (name.startsWith("text:")) return "A third text";
        return Optional.of(name)
                .filter(field -> field.startsWith("/"))
                .flatMap(place -> guide(path))
                .flatMap(guide -> types.find(guide.type()))
                .map(type -> PathLabels.of(type.shape(), FormState.sent(sent), name))
                .orElseGet(() -> label(name));
    }

    private Optional<Guide> guide(@Nullable String path) {
        var named = OF_A_GUIDE.matcher(path == null ? "" : path);
        if (!named.matches()) return Optional.empty();
        try {
            return Optional.of(editing.require(named.group(1)));
        } catch (Refused none) {
            return Optional.empty();
        }
    }

    private JsonNode draft(Guide guide) {
        try {
            return editing.draft(guide).content();
        } catch (Refused none) {
            return MissingNode.getInstance();
        }
    }

    /** {@code publishAt} is read as "Publish at", and the first item of a list as "1". */
    static String label(String name) {
        if (name.startsWith("/")) return "Text";
        String known = LABELS.get(name);
        if (known != null) return known;
        if (name.matches("[0-9]{1,9}")) return Integer.toString(Integer.parseInt(name) + 1);
        String words = name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
        return words.isEmpty() ? "" : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
