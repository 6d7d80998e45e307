// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import static java.util.stream.Collectors.joining;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.resource.ResourceUrlProvider;

/**
 * The import map of the pages with rich text: it tells browsers where the modules of the editor are, whose imports are names. An import map
 * cannot be a file, so the content security policy of these pages allows exactly this text, by its hash.
 */
@Component
public class ImportMap {
    /** The modules by the names in {@code import} statements, with their paths below the resources of this server. */
    private static final Map<String, String> MODULES = modules();

    private final ResourceUrlProvider urls;
    private volatile @Nullable String json;

    ImportMap(ResourceUrlProvider urls) {
        this.urls = urls;
    }

    private static Map<String, String> modules() {
        var modules = new TreeMap<String, String>();
        for (String part :
                "model transform state view commands keymap history inputrules schema-list tables markdown".split(" "))
            modules.put("prosemirror-" + part, "/webjars/prosemirror-" + part + "/dist/index.js");
        modules.put("orderedmap", "/webjars/orderedmap/dist/index.js");
        modules.put("rope-sequence", "/webjars/rope-sequence/dist/index.js");
        modules.put("w3c-keyname", "/webjars/w3c-keyname/index.js");
        modules.put("markdown-it", "/assets/markdown-it.js");
        modules.put("markdown-it/script", "/webjars/markdown-it/dist/markdown-it.min.js");
        return modules;
    }

    /** The map as a page contains it. */
    public String json() {
        String known = json;
        if (known == null) {
            known = MODULES.entrySet().stream()
                    .map(it -> "\"%s\":\"%s\"".formatted(it.getKey(), addressed(it.getValue())))
                    .collect(joining(",", "{\"imports\":{", "}}"));
            json = known;
        }
        return known;
    }

    private String addressed(String path) {
        String address = urls.getForLookupPath(path);
        if (address == null) throw new IllegalStateException("no file " + path);
        return address;
    }

    /** The directive that allows the map on a page, and other scripts of this server only. */
    String directive() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(json().getBytes(StandardCharsets.UTF_8));
            return "; script-src 'self' 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
