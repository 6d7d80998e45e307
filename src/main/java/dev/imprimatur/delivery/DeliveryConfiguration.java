package dev.imprimatur.delivery;

import dev.imprimatur.access.Access;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the fast path before the servlet container, on the same port. */
@Configuration(proxyBeanMethods = false)
class DeliveryConfiguration {
    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> fastPath(
            Access access,
            Catalogue catalogue,
            Lists lists,
            RateLimits limits,
            Clock clock,
            @Value("${imprimatur.delivery.max-age:30s}") Duration maxAge) {
        return factory -> factory.addServerCustomizers(server ->
                server.setHandler(new FastPath(server.getHandler(), access, catalogue, lists, limits, clock, maxAge)));
    }
}
