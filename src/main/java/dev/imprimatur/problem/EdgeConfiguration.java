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

/** Configures the handlers between connections and the servlet container, which check the heads of requests and wait for their bodies. */
@Configuration(proxyBeanMethods = false)
class EdgeConfiguration {
    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> strictHeads(ProblemWriter problems) {
        return ServerLayer.HEADS.with(server -> {
            server.setHandler(new NotModified(new StrictHead(server.getHandler(), problems)));
            server.setErrorHandler(new RefusedByServer(problems));
        });
    }

    /** Answers requests that the firewall of Spring Security rejects before authentication. */
    @Bean
    RequestRejectedHandler rejected(ProblemWriter problems) {
        return (request, response, rejected) -> {
            if (Audience.of(request) == Audience.PROGRAM)
                problems.write(UnexpectedFailure.refusal(rejected, request), response);
            else response.sendError(HttpServletResponse.SC_BAD_REQUEST);
        };
    }

    /** @param arriving the maximum total size of bodies that this node holds at once, {@code imprimatur.limits.bodies} */
    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> bodiesFirst(
            BodyPace pace, ProblemWriter problems, @Value("${imprimatur.limits.bodies:64MB}") DataSize arriving) {
        return ServerLayer.BODIES.with(
                server -> server.setHandler(new BodyArrival(server.getHandler(), pace, problems, arriving.toBytes())));
    }
}
