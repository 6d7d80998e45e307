// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.security.Principal;
import java.time.Instant;
import java.util.List;

/**
 * The key that a site sends to read published content.
 *
 * @param scopes what the key may do; {@code delivery} is the only scope
 * @param types the content types that the key may read; empty for all
 * @param origins the origins of the pages whose scripts may read with the key in a browser; empty for none
 */
public record SiteKey(
        String id, String name, List<String> scopes, List<String> types, List<String> origins, Instant createdAt)
        implements Principal {
    @Override
    @JsonIgnore
    public String getName() {
        return name;
    }

    public boolean reads(String type) {
        return types.isEmpty() || types.contains(type);
    }
}
