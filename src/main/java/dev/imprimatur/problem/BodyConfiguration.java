package dev.imprimatur.problem;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** Lets bodies arrive before the servlet container begins. */
@Configuration(proxyBeanMethods = false)
class BodyConfiguration {
    /** @param arriving bytes of bodies that are kept at once on this node, {@code imprimatur.limits.bodies} */
    @Bean
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> bodiesFirst(
            BodyPace pace, ProblemWriter problems, @Value("${imprimatur.limits.bodies:64MB}") DataSize arriving) {
        return factory -> factory.addServerCustomizers(
                server -> server.setHandler(new BodyArrival(server.getHandler(), pace, problems, arriving.toBytes())));
    }
}
