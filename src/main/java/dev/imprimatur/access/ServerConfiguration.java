// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.throttling.ConnectionLimit;
import dev.imprimatur.throttling.TrustedProxies;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** Configures Jetty: strict HTTP parsing, trusted proxies and connection limits. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {
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

    private static void ofAll(Server server, Consumer<HttpConfiguration> change) {
        for (var connector : server.getConnectors())
            for (var factory : connector.getConnectionFactories())
                if (factory instanceof HttpConfiguration.ConnectionFactory http)
                    change.accept(http.getHttpConfiguration());
    }
}
