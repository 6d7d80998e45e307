// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import dev.imprimatur.diff.Edit;
import dev.imprimatur.problem.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes edits as JSON: {@code {op, id, path, from?, to?, item?, after?}}. */
public final class EditsJson {
    private EditsJson() {}

    public static List<Edit> read(JsonNode edits) {
        if (!edits.isArray()) throw wrong("/edits", "is a list of edits");
        var read = new ArrayList<Edit>();
        for (int i = 0; i < edits.size(); i++) read.add(edit(edits.get(i), "/edits/" + i));
        return read;
    }

    /** Reads the edits of a form and gives them ids of the page, with numbers that begin after {@code from}. */
    public static List<Edit> read(JsonNode edits, String page, int from) {
        for (int i = 0; i < edits.size(); i++)
            if (edits.get(i) instanceof ObjectNode edit) edit.put("id", page + ":" + (from + i + 1));
        return read(edits);
    }

    /** Writes edits without their ids, for a hidden input of a form. */
    public static String write(JsonMapper json, List<Edit> edits) {
        var written = json.createArrayNode();
        for (var edit : edits) {
            var one = written.addObject();
            one.put("path", edit.path());
            switch (edit) {
                case Edit.Replace(String id, String path, String from, String to) ->
                    one.put("op", "replace").put("from", from).put("to", to);
                case Edit.Insert(String id, String path, String item, String after) ->
                    one.put("op", "insert").put("item", item).put("after", after);
                case Edit.Move(String id, String path, String after) ->
                    one.put("op", "move").put("after", after);
                case Edit.Remove(String id, String path, Map<String, String> from) -> {
                    one.put("op", "remove");
                    from.forEach(one.putObject("from")::put);
                }
            }
        }
        return json.writeValueAsString(written);
    }

    private static Edit edit(JsonNode edit, String at) {
        String id = needed(edit, "id", at);
        String path = needed(edit, "path", at);
        return switch (edit.path("op").asString("")) {
            case "replace" -> new Edit.Replace(id, path, text(edit, "from", at), text(edit, "to", at));
            case "insert" -> new Edit.Insert(id, path, needed(edit, "item", at), text(edit, "after", at));
            case "move" -> new Edit.Move(id, path, text(edit, "after", at));
            case "remove" -> new Edit.Remove(id, path, texts(edit.path("from"), at + "/from"));
            default -> throw wrong(at + "/op", "is replace, insert, move or remove");
        };
    }

    private static String needed(JsonNode edit, String name, String at) {
        String text = text(edit, name, at);
        if (text == null) throw wrong(at + "/" + name, "is missing");
        return text;
    }

    private static @Nullable String text(JsonNode edit, String name, String at) {
        var value = edit.path(name);
        if (value.isMissingNode() || value.isNull()) return null;
        if (!value.isString()) throw wrong(at + "/" + name, "is a text");
        return value.stringValue();
    }

    private static Map<String, String> texts(JsonNode values, String at) {
        var texts = new LinkedHashMap<String, String>();
        values.properties().forEach(value -> {
            if (!value.getValue().isString()) throw wrong(at, "holds texts");
            texts.put(value.getKey(), value.getValue().stringValue());
        });
        return texts;
    }

    private static RuntimeException wrong(String pointer, String detail) {
        return Refusal.malformed(pointer, detail).raise();
    }
}
