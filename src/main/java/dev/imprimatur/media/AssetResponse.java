// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import java.io.InputStream;
import org.springframework.core.io.AbstractResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** The answer that sends an asset: no browser runs anything in it, and nothing but a picture is shown within a page. */
public final class AssetResponse {
    /** A file that a browser shows by itself gets no origin, no script and no further file. */
    private static final String CSP = "default-src 'none'; sandbox";

    private AssetResponse() {}

    /**
     * Creates the answer, with a strong entity tag. Conditions and ranges are evaluated by the framework.
     *
     * @param caching the {@code Cache-Control}
     */
    public static ResponseEntity<Resource> of(Asset asset, Library.Content content, String caching, String method) {
        var headers = new HttpHeaders();
        headers.setContentType(MediaType.parseMediaType(content.mediaType()));
        headers.setETag("\"" + content.tag() + "\"");
        headers.set(HttpHeaders.CACHE_CONTROL, caching);
        headers.set("Content-Security-Policy", CSP);
        headers.set("X-Content-Type-Options", "nosniff");
        if (!asset.isPicture())
            headers.setContentDisposition(
                    ContentDisposition.attachment().filename(asset.name()).build());
        var answer = ResponseEntity.ok().headers(headers);
        return method.equals(HttpMethod.HEAD.name())
                ? answer.contentLength(content.length()).build()
                : answer.body(new Bytes(asset, content));
    }

    private static final class Bytes extends AbstractResource {
        private final Asset asset;
        private final Library.Content content;

        Bytes(Asset asset, Library.Content content) {
            this.asset = asset;
            this.content = content;
        }

        @Override
        public String getDescription() {
            return "asset " + asset.id();
        }

        @Override
        public long contentLength() {
            return content.length();
        }

        @Override
        public InputStream getInputStream() {
            return content.source().open();
        }
    }
}
