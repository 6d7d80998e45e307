// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import dev.imprimatur.signing.Encryption;
import dev.imprimatur.signing.Signer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.FlashMap;
import org.springframework.web.servlet.support.AbstractFlashMapManager;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps what a page shows once after a redirect (Spring's flash attributes) in the session. Some of it is secret, such as a new token, so it
 * is encrypted with a key that is derived from the secret of the session: whoever reads the store cannot read it.
 */
@Component(DispatcherServlet.FLASH_MAP_MANAGER_BEAN_NAME)
class Notices extends AbstractFlashMapManager {
    private static final Logger log = LoggerFactory.getLogger(Notices.class);
    /** The greatest number of notices that wait in a session for their page; the oldest gives way. */
    private static final int MOST = 10;
    /** The longest notice, in characters of JSON. A longer one is not shown. */
    private static final int LONGEST = 100_000;

    private final Sessions sessions;
    private final Encryption encryption;
    private final JsonMapper json;

    Notices(Sessions sessions, Signer signer, JsonMapper json) {
        this.sessions = sessions;
        this.encryption = new Encryption(signer, "notices in sessions");
        this.json = json;
    }

    /**
     * A notice as it is encrypted.
     *
     * @param path the path of the page that shows it
     * @param parameters the query of that page
     * @param until when it expires, in milliseconds of Unix time
     */
    private record Notice(
            @Nullable String path, Map<String, List<String>> parameters, long until, Map<String, JsonNode> values) {}

    /** Only requests whose session was read already have notices; the APIs never read one. */
    @Override
    protected @Nullable List<FlashMap> retrieveFlashMaps(HttpServletRequest request) {
        var found = Sessions.found(request).orElse(null);
        if (found == null || found.row().notices().isEmpty()) return null;
        return new ArrayList<>(readable(found).values());
    }

    /** The notices that can be read, by their encrypted text. */
    private Map<String, FlashMap> readable(Sessions.Found found) {
        var readable = new LinkedHashMap<String, FlashMap>();
        for (String encrypted : found.row().notices())
            decrypt(encrypted, found.secret()).ifPresent(map -> readable.put(encrypted, map));
        return readable;
    }

    /** Adds what is new and removes what was shown or has expired. Notices that another request has added meanwhile are kept. */
    @Override
    protected void updateFlashMaps(List<FlashMap> wanted, HttpServletRequest request, HttpServletResponse response) {
        var found = Sessions.found(request).orElse(null);
        if (found == null) return;
        var before = readable(found);
        var kept = before.keySet().stream()
                .filter(encrypted -> wanted.contains(before.get(encrypted)))
                .toList();
        var removed = new ArrayList<>(found.row().notices());
        removed.removeAll(kept);
        var added = wanted.stream()
                .filter(map -> !before.containsValue(map))
                .flatMap(map -> encrypt(map, found.secret()).stream())
                .toList();
        sessions.change(request, row -> {
            var notices = new ArrayList<>(row.notices());
            notices.removeAll(removed);
            notices.addAll(added);
            return row.with(List.copyOf(notices.subList(Math.max(0, notices.size() - MOST), notices.size())));
        });
    }

    /** Updates are atomic in the store, so requests need not wait for each other. */
    @Override
    protected @Nullable Object getFlashMapsMutex(HttpServletRequest request) {
        return null;
    }

    private Optional<String> encrypt(FlashMap map, String secret) {
        var values = new LinkedHashMap<String, JsonNode>();
        map.forEach((name, value) -> {
            if (value != null) values.put(name, json(value));
        });
        byte[] bytes = json.writeValueAsBytes(new Notice(
                map.getTargetRequestPath(),
                new LinkedHashMap<>(map.getTargetRequestParams()),
                map.getExpirationTime(),
                values));
        if (bytes.length <= LONGEST) return Optional.of(encryption.encrypt(bytes, secret));
        log.warn("a notice of {} bytes for {} is too long and is not shown", bytes.length, map.getTargetRequestPath());
        return Optional.empty();
    }

    private Optional<FlashMap> decrypt(String encrypted, String secret) {
        try {
            return encryption.decrypt(encrypted, secret).map(bytes -> map(json.readValue(bytes, Notice.class)));
        } catch (JacksonException unreadable) {
            return Optional.empty();
        }
    }

    private static FlashMap map(Notice notice) {
        var map = new FlashMap();
        map.setTargetRequestPath(notice.path());
        map.addTargetRequestParams(new LinkedMultiValueMap<>(notice.parameters()));
        map.setExpirationTime(notice.until());
        notice.values().forEach((name, value) -> map.put(name, value(value)));
        return map;
    }

    /** Text is a string, an instant the number of its milliseconds, and lists and maps hold these. Nothing else can be shown once. */
    private JsonNode json(Object value) {
        return switch (value) {
            case String text -> json.getNodeFactory().stringNode(text);
            case Instant instant -> json.getNodeFactory().numberNode(instant.toEpochMilli());
            case List<?> list -> {
                var array = json.createArrayNode();
                for (Object item : list) array.add(json(item));
                yield array;
            }
            case Map<?, ?> map -> {
                var object = json.createObjectNode();
                map.forEach((name, each) -> object.set(String.valueOf(name), json(each)));
                yield object;
            }
            default ->
                throw new IllegalArgumentException(
                        "a notice holds no " + value.getClass().getName());
        };
    }

    private static Object value(JsonNode value) {
        if (value.isNumber()) return Instant.ofEpochMilli(value.longValue());
        if (value.isArray()) return value.values().stream().map(Notices::value).toList();
        if (!value.isObject()) return value.stringValue();
        var map = new LinkedHashMap<String, Object>();
        value.properties().forEach(each -> map.put(each.getKey(), value(each.getValue())));
        return map;
    }
}
