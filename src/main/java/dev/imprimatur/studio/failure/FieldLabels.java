// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.failure;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Labels;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
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
    /** Labels of the studio's own form fields that cannot be derived from the field's name; for some pages, with the end of their path. */
    private static final Map<String, String> LABELS = Map.ofEntries(
            Map.entry("displayName", "Name as readers see it"),
            Map.entry("email", "E-mail"),
            Map.entry("origins", "Pages in a browser"),
            Map.entry("reason", "Why"),
            Map.entry("redirectTo", "Where readers are sent instead"),
            Map.entry("body", "Comment"),
            Map.entry("quote", "Passage"),
            Map.entry("of", "Address of the guide that this one is a translation of"),
            Map.entry("url", "Address"),
            Map.entry("kinds", "Events"),
            Map.entry("old", "The password you have"),
            Map.entry("own-password", "Your password"),
            Map.entry("reasonCode", "Reason"),
            Map.entry("wanted", "The new password"),
            Map.entry("audit/to", "Up to and with"),
            Map.entry("export/to", "Up to and with"),
            Map.entry("editions/to", "Where they would stand in"),
            Map.entry("hand-over/to", "Username of whoever has it next"),
            Map.entry("action", "What happened"),
            Map.entry("target", "On what"));

    private final ContentTypes types;
    private final Guides guides;
    private final Drafts drafts;

    FieldLabels(ContentTypes types, Guides guides, Drafts drafts) {
        this.types = types;
        this.guides = guides;
        this.drafts = drafts;
    }

    /** The label of a place in content of this type. */
    public String in(ContentType type, JsonNode content, String pointer) {
        return Labels.of(type.shape(), content, pointer);
    }

    /**
     * The label of the place that a pointer names in a submitted form.
     *
     * @param path the path of the page that the form was sent to
     * @return empty if the pointer names the whole form
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
                        .map(name -> label(path, name))
                        .collect(Collectors.joining(" › ")));
    }

    /**
     * The label of a form field.
     *
     * @param path the path of the page that the form was sent to
     * @param name the name of the field; in the form of a guide, the path of its place
     * @param sent all submitted parameters
     */
    String ofField(String path, String name, Map<String, String[]> sent) {
        if (name.startsWith("text:")) return "A third text";
        return Optional.of(name)
                .filter(field -> field.startsWith("/"))
                .flatMap(place -> guide(path))
                .flatMap(guide -> types.find(guide.type()))
                .map(type -> PathLabels.of(type.shape(), FormState.sent(sent), name))
                .orElseGet(() -> label(path, name));
    }

    private Optional<Guide> guide(@Nullable String path) {
        var named = OF_A_GUIDE.matcher(path == null ? "" : path);
        if (!named.matches()) return Optional.empty();
        try {
            return Optional.of(guides.require(named.group(1)));
        } catch (Refused none) {
            return Optional.empty();
        }
    }

    private JsonNode draft(Guide guide) {
        try {
            return drafts.of(guide).content();
        } catch (Refused none) {
            return MissingNode.getInstance();
        }
    }

    /** Derives a label from a name: {@code publishAt} becomes “Publish at”, and the index 0 becomes “1”. */
    static String label(@Nullable String path, String name) {
        if (name.startsWith("/")) return "Text";
        String page = path == null ? "" : path.substring(path.lastIndexOf('/') + 1);
        String known = LABELS.getOrDefault(page + "/" + name, LABELS.get(name));
        if (known != null) return known;
        if (name.matches("[0-9]{1,9}")) return Integer.toString(Integer.parseInt(name) + 1);
        String words = name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
        return words.isEmpty() ? "" : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
