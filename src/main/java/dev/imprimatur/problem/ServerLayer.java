// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.util.function.Consumer;
import org.eclipse.jetty.server.Server;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * The handlers between a connection and the servlet container, from the innermost to the outermost: each layer wraps those before it.
 * Spring does not see {@code @Order} on a bean that is a lambda, so without this list the order would be that of the package names.
 */
public enum ServerLayer {
    /** Names the session cookie as the connection asks for it. */
    COOKIES(1),
    /** Sends ready representations. */
    FAST_PATH(2),
    /** Refuses ambiguous heads, and corrects a 304. */
    HEADS(3),
    /** Waits for bodies. */
    BODIES(4);

    private final int order;

    ServerLayer(int order) {
        this.order = order;
    }

    /** A customizer that puts this layer around the handler of the server. */
    public WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> with(Consumer<Server> change) {
        return new Customizer(this, change);
    }

    private record Customizer(ServerLayer layer, Consumer<Server> change)
            implements WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory>, Ordered {
        @Override
        public void customize(ConfigurableJettyWebServerFactory factory) {
            factory.addServerCustomizers(change::accept);
        }

        /** After Spring Boot's own customizers. */
        @Override
        public int getOrder() {
            return LOWEST_PRECEDENCE - 10 + layer.order;
        }
    }
}
