// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import dev.imprimatur.problem.ServerLayer;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Installs the fast path on the server's port: at the beginning of each plain connection, and before the servlet container. */
@Configuration(proxyBeanMethods = false)
class WireConfiguration {
    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> fastPathFirst(
            FastPath path, ResponseHeaders headers) {
        return ServerLayer.FAST_PATH.with(server -> putBefore(server, path, headers));
    }

    private static void putBefore(Server server, FastPath path, ResponseHeaders headers) {
        server.setHandler(new FastHandler(server.getHandler(), path, headers));
        for (var connector : server.getConnectors())
            // a TLS connection begins with Jetty's own connection factory
            if (connector instanceof AbstractConnector plain
                    && plain.getDefaultConnectionFactory() instanceof HttpConnectionFactory http)
                plain.addFirstConnectionFactory(new FastConnection.Factory(http, path, headers));
    }
}
