// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.util.unit.DataSize;

/** What stands between connections and the servlet container: heads are judged and bodies arrive before it begins. */
@Configuration(proxyBeanMethods = false)
class EdgeConfiguration {
    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> strictHeads(ProblemWriter problems) {
        return ServerLayer.HEADS.with(server -> {
            server.setHandler(new NotModified(new StrictHead(server.getHandler(), problems)));
            server.setErrorHandler(new RefusedByServer(problems));
        });
    }

    /** What the security filters refuse before they know who asks. */
    @Bean
    RequestRejectedHandler rejected(ProblemWriter problems) {
        return (request, response, rejected) -> {
            if (Audience.of(request) == Audience.PROGRAM)
                problems.write(Unforeseen.refusal(rejected, request), response);
            else response.sendError(HttpServletResponse.SC_BAD_REQUEST);
        };
    }

    /** @param arriving bytes of bodies that are kept at once on this node, {@code imprimatur.limits.bodies} */
    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> bodiesFirst(
            BodyPace pace, ProblemWriter problems, @Value("${imprimatur.limits.bodies:64MB}") DataSize arriving) {
        return ServerLayer.BODIES.with(
                server -> server.setHandler(new BodyArrival(server.getHandler(), pace, problems, arriving.toBytes())));
    }
}
