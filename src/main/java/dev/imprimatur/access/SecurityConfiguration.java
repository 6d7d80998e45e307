// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.accounts.Sessions;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.problem.Audience;
import dev.imprimatur.problem.ProblemWriter;
import dev.imprimatur.problem.Refusal;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.CookieRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Configures four security filter chains, each with its own kind of credential. A path that no chain names is denied. */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
class SecurityConfiguration {
    static final String MANAGEMENT = "/api/management/v1";
    /** The page that tells a person that access was denied, and the request attribute that holds the reason. */
    private static final String DENIED = "/studio/denied";
    /** Tells scripts who is signed in. A script without a session gets a problem (401), not a redirect to the sign-in page. */
    private static final String SESSION = "/studio/session";

    /** The longest URL, in characters, to return to after the sign-in. The URL is kept in a cookie, and header sizes are limited. */
    private static final int LONGEST_KEPT = 2_000;

    /** The only form of URL that is accepted from that cookie: a page of the studio, in the characters that RFC 3986 allows. */
    private static final Pattern PAGE = Pattern.compile("/studio(?:[/?][\\w\\-.~%!$&'()*+,;=:@/?]*)?");
    /** Everybody who is signed in may open their own account, sign out, and see these pages. All other pages need a role. */
    private static final String[] OWN = {"/studio/account", "/studio/account/**", SESSION, DENIED, "/logout"};

    private static final String[] ROLES =
            Stream.of(Role.values()).map(Role::name).toArray(String[]::new);

    private static final String STUDIO_CSP =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
                    + "frame-ancestors 'none'; img-src 'self' data:";
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
                        .requestMatchers(HttpMethod.GET, "/api/delivery/v1/preview/*")
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
        return common(http.securityMatcher("/api/management/**", "/actuator/prometheus"))
                .addFilterBefore(
                        new Credentials.PeopleFilter(problems, accounts, tokens), AnonymousAuthenticationFilter.class)
                .addFilterAfter(new ScopeCheck(problems, audit, handlers), AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests.requestMatchers("/actuator/prometheus")
                        .hasRole("ADMIN")
                        // Each token is limited to the rights of its account, so every account may create tokens.
                        .requestMatchers(HttpMethod.POST, MANAGEMENT + "/tokens")
                        .authenticated()
                        .anyRequest()
                        .hasAnyRole(ROLES))
                .build();
    }

    /**
     * The studio, for people in a browser: they sign in with a password and have a session, every form carries a CSRF token, and scripts
     * and styles come from this server only.
     */
    @Bean
    @Order(3)
    SecurityFilterChain studio(HttpSecurity http, Accounts accounts, Sessions sessions) {
        var pages = pagesOnly();
        return http.securityMatchers(matchers -> matchers.requestMatchers(
                                "/",
                                "/login",
                                "/logout",
                                "/reset",
                                "/reset/*",
                                "/studio",
                                "/studio/**",
                                "/docs",
                                "/assets/**",
                                "/webjars/**",
                                "/favicon.ico")
                        .requestMatchers(SecurityConfiguration::isErrorShownToPerson))
                .headers(headers -> headers.contentSecurityPolicy(csp -> csp.policyDirectives(STUDIO_CSP))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN)))
                .authenticationManager(new SignIn(accounts))
                .csrf(csrf -> csrf.csrfTokenRepository(new FormTokens())
                        .ignoringRequestMatchers(SecurityConfiguration::isOwnFormWithWriter))
                .requestCache(cache -> cache.requestCache(pages))
                // The request was already authorized or refused before the error dispatch.
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/login", "/docs", "/assets/**", "/webjars/**", "/favicon.ico")
                        .permitAll()
                        // the link itself is the credential
                        .requestMatchers(HttpMethod.GET, "/reset/*")
                        .permitAll()
                        .requestMatchers(HttpMethod.POST, "/reset")
                        .permitAll()
                        // Only this server forwards requests, and only to the page that says what was denied.
                        .dispatcherTypeMatchers(DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(OWN)
                        .authenticated()
                        .anyRequest()
                        .hasAnyRole(ROLES))
                .formLogin(form -> form.loginPage("/login")
                        .successHandler(new SignInSuccessHandler(sessions, pages))
                        .failureHandler((request, response, failure) -> response.sendRedirect(
                                failure instanceof LockedException ? "/login?throttled" : "/login?wrong")))
                .logout(logout -> logout.addLogoutHandler(
                                (request, response, authentication) -> sessions.signedOut(request))
                        .logoutSuccessUrl("/login?out"))
                .addFilterBefore(new SignIn.CurrentAccountFilter(accounts), AnonymousAuthenticationFilter.class)
                .addFilterBefore(new ErrorPageHeaders(STUDIO_CSP), AnonymousAuthenticationFilter.class)
                .exceptionHandling(exceptions -> exceptions
                        .defaultAuthenticationEntryPointFor(
                                (request, response, none) -> {
                                    response.setHeader("HX-Redirect", "/login");
                                    problems.write(
                                            Refusal.of(
                                                    Refusal.Kind.UNAUTHENTICATED,
                                                    "signed-out",
                                                    "your session has ended; sign in again"),
                                            response);
                                },
                                request -> Audience.isByScript(request)
                                        || request.getRequestURI().equals(SESSION))
                        // Shows the text of a submitted form again instead of redirecting to the sign-in page, which
                        // would lose it.
                        .defaultAuthenticationEntryPointFor(
                                (request, response, none) ->
                                        request.getRequestDispatcher(DENIED).forward(request, response),
                                request -> isStudioPost(request))
                        .defaultAuthenticationEntryPointFor(
                                new LoginUrlAuthenticationEntryPoint("/login"), AnyRequestMatcher.INSTANCE)
                        .accessDeniedHandler((request, response, denied) -> {
                            audit.denied(request);
                            if (denied instanceof CsrfException
                                    && request.getRequestURI().equals("/login")) {
                                response.sendRedirect("/login");
                                return;
                            }
                            request.setAttribute(
                                    DENIED,
                                    denied instanceof CsrfException
                                            ? "this page was older than your session, so nothing was sent. Send it again from here"
                                            : hasRole(request)
                                                    ? "your roles do not allow this"
                                                    : "your account has no role yet, so there is nothing here for you. Ask an administrator");
                            request.getRequestDispatcher(DENIED).forward(request, response);
                        }))
                .build();
    }

    /** Also protects error pages that are shown to people, because those pages show who is signed in. */
    private static boolean isErrorShownToPerson(HttpServletRequest request) {
        return request.getDispatcherType() == DispatcherType.ERROR && Audience.of(request) != Audience.PROGRAM;
    }

    /**
     * Whether the request needs no CSRF token. A form with text names its writer, and is accepted only in the session of that writer. If
     * the browser also confirms that the form was sent from the same origin, the CSRF token adds no protection. The token may even belong
     * to the previous session.
     */
    private static boolean isOwnFormWithWriter(HttpServletRequest request) {
        return isStudioPost(request) && SameOrigin.sent(request) && request.getParameter("writer") != null;
    }

    private static boolean hasRole(HttpServletRequest request) {
        return request.getUserPrincipal() instanceof Authentication authentication
                && !authentication.getAuthorities().isEmpty();
    }

    private static boolean isStudioPost(HttpServletRequest request) {
        return request.getMethod().equals("POST") && request.getRequestURI().startsWith("/studio/");
    }

    /** A request cache that keeps the requested page in a cookie until the person has signed in. Only paths of this server are accepted. */
    private static RequestCache pagesOnly() {
        var cache = new CookieRequestCache() {
            @Override
            public @Nullable SavedRequest getRequest(HttpServletRequest request, HttpServletResponse response) {
                var saved = super.getRequest(request, response);
                if (saved == null) return null;
                String address = saved.getRedirectUrl();
                String here = request.getRequestURL().toString().replace(request.getRequestURI(), "");
                String page = address.startsWith(here) ? address.substring(here.length()) : address;
                return PAGE.matcher(page).matches() ? saved : null;
            }
        };
        cache.setRequestMatcher(request -> {
            String accept = request.getHeader(HttpHeaders.ACCEPT);
            return request.getMethod().equals("GET")
                    && !Audience.isByScript(request)
                    && !request.getRequestURI().equals(SESSION)
                    && isShort(request)
                    && (accept == null || accept.contains("text/html"));
        });
        return cache;
    }

    private static boolean isShort(HttpServletRequest request) {
        String query = request.getQueryString();
        return request.getRequestURI().length() + (query == null ? 0 : query.length()) <= LONGEST_KEPT;
    }

    /** Redirects to the requested page after the sign-in, or to the start page of the studio. */
    private static final class SignInSuccessHandler extends SavedRequestAwareAuthenticationSuccessHandler {
        private final Sessions sessions;

        SignInSuccessHandler(Sessions sessions, RequestCache pages) {
            this.sessions = sessions;
            setRequestCache(pages);
            setDefaultTargetUrl("/studio");
        }

        @Override
        public void onAuthenticationSuccess(
                HttpServletRequest request, HttpServletResponse response, Authentication authentication)
                throws ServletException, IOException {
            sessions.opened(authentication.getName(), request);
            // Create the CSRF token in this response, so that pages opened at the same time share one token.
            if (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) token.getToken();
            super.onAuthenticationSuccess(request, response, authentication);
        }
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
