// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.throttling.ConnectionLimit;
import dev.imprimatur.throttling.TrustedProxies;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.compression.gzip.GzipCompression;
import org.eclipse.jetty.compression.server.CompressionConfig;
import org.eclipse.jetty.compression.server.CompressionHandler;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** Configures Jetty: strict HTTP parsing, compressed files, trusted proxies and connection limits. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {
    private static final List<String> COMPRESSED = List.of("/assets/*", "/webjars/*", "/studio/guides/*");

    /** HTTP/1.1 without the leniency that RFC 9112 permits: lines must end with CR and LF. */
    private static final HttpCompliance STRICT = HttpCompliance.RFC9110.without(
            "imprimatur",
            HttpCompliance.Violation.LF_HEADER_TERMINATION,
            HttpCompliance.Violation.LF_CHUNK_TERMINATION);

    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> strictRequests() {
        return factory -> factory.addServerCustomizers(server -> ofAll(server, http -> http.setHttpCompliance(STRICT)));
    }

    /** Runs after Spring Boot's own customizer, which trusts forwarded headers from everybody on platforms that usually have a proxy. */
    @Bean
    @Order
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> proxiesThatCount(TrustedProxies proxies) {
        return factory -> {
            factory.setUseForwardHeaders(false);
            factory.addServerCustomizers(server -> ofAll(server, http -> http.addCustomizer(proxies)));
        };
    }

    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> boundedConnections(ConnectionLimit limit) {
        return factory -> factory.addServerCustomizers(server -> {
            for (var connector : server.getConnectors()) connector.addEventListener(limit);
        });
    }

    /**
     * Compresses scripts, style sheets and the pages of guides, and leaves all other paths alone: what sites read has codings of its own. The
     * only secret of these pages is the token of forms, which is masked anew in each answer, so sizes tell nothing about it.
     */
    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> compressedFiles() {
        var config = CompressionConfig.builder()
                .compressIncludeMimeType("text/javascript")
                .compressIncludeMimeType("text/css")
                .compressIncludeMimeType("text/html")
                .compressIncludeMethod("GET")
                .decompressExcludeEncoding("gzip")
                .build();
        return factory -> factory.addServerCustomizers(server -> {
            var compressed = new CompressionHandler(server.getHandler());
            compressed.putCompression(new GzipCompression());
            for (String path : COMPRESSED) compressed.putConfiguration(path, config);
            server.setHandler(compressed);
        });
    }

    private static void ofAll(Server server, Consumer<HttpConfiguration> change) {
        for (var connector : server.getConnectors())
            for (var factory : connector.getConnectionFactories())
                if (factory instanceof HttpConfiguration.ConnectionFactory http)
                    change.accept(http.getHttpConfiguration());
    }
}
