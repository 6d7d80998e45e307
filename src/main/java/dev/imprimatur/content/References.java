// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The guides that a content refers to by id: in fields that the content type declares with {@code x-reference}, which have the form
 * {@code {"guide": id}}, and in links of Markdown texts, {@code [text](guide:ID)}.
 */
public final class References {
    static final String KEYWORD = "x-reference";
    /** The member that has the id, in a field of a content. */
    static final String MEMBER = "guide";
    /** The scheme of a link to a guide. */
    static final String SCHEME = "guide:";

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    /** A link in Markdown, where punctuation may be escaped. */
    private static final Pattern IN_TEXT =
            Pattern.compile("guide(?:\\\\?:|&colon;|&#0*58;|&#[xX]0*3[aA];)((?:[A-Za-z0-9]|\\\\?[_-]){1,64})");

    /**
     * One reference.
     *
     * @param pointer the place of the id, or of the text with the link
     * @param types the content types that the guide may have; empty for any
     */
    public record Found(String pointer, String guide, List<String> types, boolean isLink) {
        /** The pointer of the object that has the id, or of the text with the link. */
        public String place() {
            return isLink ? pointer : pointer.substring(0, pointer.length() - 1 - MEMBER.length());
        }
    }

    private References() {}

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** The references of a content, in its order. Texts that cannot be ids are left out. */
    public static List<Found> of(ContentType type, JsonNode content) {
        var found = new ArrayList<Found>();
        find(type.shape(), content, "", true, found);
        return found;
    }

    /**
     * All ids in a content that may refer to guides; no content type is needed to find them. What only looks like a reference counts, too.
     */
    public static Set<String> mentioned(JsonNode content) {
        var ids = new TreeSet<String>();
        collect(content, ids);
        return ids;
    }

    private static void collect(JsonNode value, Set<String> ids) {
        if (value.isString()) {
            if (value.stringValue().contains("guide"))
                IN_TEXT.matcher(value.stringValue())
                        .results()
                        .forEach(it -> ids.add(it.group(1).replace("\\", "")));
            return;
        }
        String guide = value.path(MEMBER).asString("");
        if (isId(guide)) ids.add(guide);
        value.values().forEach(part -> collect(part, ids));
    }

    /** The references of the fields of a content, in its order; texts are not read. */
    public static List<Found> ofFields(ContentType type, JsonNode content) {
        var found = new ArrayList<Found>();
        find(type.shape(), content, "", false, found);
        return found;
    }

    private static void find(Shape shape, JsonNode value, String pointer, boolean withLinks, List<Found> found) {
        if (withLinks && value.isString() && shape.isMarkdown())
            for (String guide : Markdown.references(value.stringValue(), shape.place(pointer)))
                found.add(new Found(pointer, guide, List.of(), true));
        if (!shape.referredTypes().isEmpty()) {
            String guide = value.path(MEMBER).asString("");
            if (isId(guide)) found.add(new Found(pointer + "/" + MEMBER, guide, shape.referredTypes(), false));
        } else if (value.isObject())
            value.properties()
                    .forEach(entry -> find(
                            shape.property(entry.getKey()),
                            entry.getValue(),
                            Pointers.join(pointer, entry.getKey()),
                            withLinks,
                            found));
        for (int i = 0; value.isArray() && i < value.size(); i++)
            find(shape.items(), value.get(i), pointer + "/" + i, withLinks, found);
    }

    /** What is wrong with the declaration of a reference in a schema; empty if it is one. */
    static String fault(ObjectNode schema) {
        var types = schema.path(KEYWORD);
        if (!types.isArray()
                || types.isEmpty()
                || types.values().stream().anyMatch(type -> !type.asString("").matches("[a-z]+(-[a-z]+)*")))
            return "must be a list of the names of content types";
        var properties = schema.path("properties");
        boolean isReference = schema.path("type").asString("").equals("object")
                && properties.size() == 1
                && properties.path(MEMBER).path("type").asString("").equals("string");
        return isReference ? "" : "may be set on an object only whose one field is the text \"guide\"";
    }
}
