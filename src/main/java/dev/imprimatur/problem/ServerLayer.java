// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.util.function.Consumer;
import org.eclipse.jetty.server.Server;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * The handlers between a connection and the servlet container, from the innermost to the outermost: each layer wraps those listed before
 * it. Spring ignores {@code @Order} on a bean that is a lambda, so without this list the package names would determine the order.
 */
public enum ServerLayer {
    /** Sends prepared representations. */
    FAST_PATH(1),
    /** Refuses ambiguous request heads, and corrects 304 responses. */
    HEADS(2),
    /** Waits for request bodies. */
    BODIES(3);

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

        /** Runs after Spring Boot's own customizers. */
        @Override
        public int getOrder() {
            return LOWEST_PRECEDENCE - 10 + layer.order;
        }
    }
}
