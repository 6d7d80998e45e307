// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.problem.ProblemWriter;
import dev.imprimatur.problem.Refusal;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Configures the security filter chains of the APIs, each with its own kind of credential, and the chain of all other paths, which denies
 * those that it does not name. {@link StudioSecurity} has the chain of the studio.
 */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
class SecurityConfiguration {
    static final String MANAGEMENT = "/api/management/v1";
    /** What the server says of itself to administrators: metrics, version and the libraries that it consists of. */
    static final List<String> ACTUATOR =
            List.of("/actuator/prometheus", "/actuator/info", "/actuator/sbom", "/actuator/sbom/application");

    static final String[] ROLES = Stream.of(Role.values()).map(Role::name).toArray(String[]::new);

    private static final String CSP = "default-src 'none'; frame-ancestors 'none'";

    private final ProblemWriter problems;
    private final Audit audit;

    SecurityConfiguration(ProblemWriter problems, Audit audit) {
        this.problems = problems;
        this.audit = audit;
    }

    /** The delivery API: sites authenticate with a site key only. The handlers set the cache headers themselves. */
    @Bean
    @Order(1)
    SecurityFilterChain delivery(HttpSecurity http, SiteKeys keys) {
        return common(http.securityMatcher("/api/delivery/**"))
                .headers(headers -> headers.cacheControl(cache -> cache.disable()))
                .addFilterBefore(new Credentials.SitesFilter(problems, keys), AnonymousAuthenticationFilter.class)
                // The request was authorized when the stream was opened; this is only the dispatch that ends the
                // stream.
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ASYNC)
                        .permitAll()
                        // the link itself is the credential
                        .requestMatchers(
                                HttpMethod.GET, "/api/delivery/v1/preview/*", "/api/delivery/v1/preview/*/media/*")
                        .permitAll()
                        .anyRequest()
                        .hasRole("SITE"))
                .build();
    }

    /** The management API, for people and their scripts. Each handler declares the role it needs. */
    @Bean
    @Order(2)
    SecurityFilterChain management(
            HttpSecurity http,
            Accounts accounts,
            Tokens tokens,
            ObjectProvider<RequestMappingHandlerMapping> handlers) {
        var actuator = ACTUATOR.toArray(String[]::new);
        return common(http.securityMatchers(matchers ->
                        matchers.requestMatchers("/api/management/**").requestMatchers(actuator)))
                .addFilterBefore(
                        new Credentials.PeopleFilter(problems, accounts, tokens), AnonymousAuthenticationFilter.class)
                .addFilterAfter(new ScopeCheck(problems, audit, handlers), AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests.requestMatchers(actuator)
                        .hasRole("ADMIN")
                        // Each token is limited to the rights of its account, so every account may create tokens.
                        .requestMatchers(HttpMethod.POST, MANAGEMENT + "/tokens")
                        .authenticated()
                        .anyRequest()
                        .hasAnyRole(ROLES))
                .build();
    }

    /** Public resources and the setup page of the first administrator. Every other path is denied. */
    @Bean
    @Order(4)
    SecurityFilterChain everythingElse(HttpSecurity http) {
        return common(http)
                // No credential gives access to these paths, so calling the credential wrong would be misleading.
                .exceptionHandling(exceptions -> exceptions.authenticationEntryPoint((request, response, none) -> {
                    if (request.getHeader(HttpHeaders.AUTHORIZATION) == null) unauthenticated(response);
                    else problems.write(Refusal.missing("there is nothing here"), response);
                }))
                .headers(headers -> headers.contentSecurityPolicy(csp -> csp.policyDirectives(
                        "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'")))
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        // All methods are permitted, because the handlers answer 405 and name the methods that they
                        // support.
                        .requestMatchers(
                                "/actuator/health",
                                "/actuator/health/liveness",
                                "/actuator/health/readiness",
                                "/openapi.json",
                                "/.well-known/jwks.json",
                                // the link itself is the credential
                                "/calendar/*",
                                // the handler asks for a key if the configuration says so
                                "/media/*/*",
                                "/unsubscribe/*",
                                "/setup",
                                "/setup.js")
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .build();
    }

    /**
     * The settings of all chains but the studio's. Without a session and cookies, a browser sends no credential by itself, so CSRF
     * protection is not needed.
     */
    private HttpSecurity common(HttpSecurity http) {
        return http.sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(headers -> headers.contentSecurityPolicy(csp -> csp.policyDirectives(CSP))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER)))
                .exceptionHandling(exceptions -> exceptions
                        .authenticationEntryPoint((request, response, none) -> unauthenticated(response))
                        .accessDeniedHandler((request, response, denied) -> {
                            audit.denied(request);
                            problems.write(Refusal.forbidden("forbidden", "your roles do not allow this"), response);
                        }));
    }

    private void unauthenticated(HttpServletResponse response) throws IOException {
        problems.write(
                Refusal.of(
                        Refusal.Kind.UNAUTHENTICATED,
                        "unauthenticated",
                        "send a credential in the Authorization header"),
                response);
    }

    /** Rejects every other way to authenticate. Without this bean, Spring Boot would create a default user. */
    @Bean
    AuthenticationManager noOtherWay() {
        return (Authentication authentication) -> {
            throw new AuthenticationServiceException("credentials are read by our own filters only");
        };
    }
}
