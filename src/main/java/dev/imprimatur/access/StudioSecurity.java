// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.problem.Audience;
import dev.imprimatur.problem.ProblemWriter;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.sessions.Sessions;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;

/** Configures the security filter chain of the studio. */
@Configuration(proxyBeanMethods = false)
class StudioSecurity {
    /** The page that tells a person that access was denied, and the request attribute that holds the reason in words or as an exception. */
    static final String DENIED = "/studio/denied";
    /** Tells scripts who is signed in. A script without a session gets a problem (401), not a redirect to the sign-in page. */
    static final String SESSION = "/studio/session";

    /** Everybody who is signed in may open their own account, sign out, and see these pages. All other pages need a role. */
    private static final String[] OWN = {"/studio/account", "/studio/account/**", SESSION, DENIED, "/logout"};

    private static final String STUDIO_CSP =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
                    + "frame-ancestors 'none'; img-src 'self' data:";

    /** The page with the modeller of workflows, which draws with style attributes. No other page may have them. */
    private static final String MODELLER = "/studio/workflows/modeller";

    /** The pages with rich text, which contain an import map. */
    private static final String GUIDES = "/studio/guides/";

    private final ProblemWriter problems;
    private final Audit audit;
    private final ImportMap importMap;

    StudioSecurity(ProblemWriter problems, Audit audit, ImportMap importMap) {
        this.importMap = importMap;
        this.problems = problems;
        this.audit = audit;
    }

    /**
     * The studio, for people in a browser: they sign in with a password and have a session, every form carries a CSRF token, and scripts
     * and styles come from this server only.
     */
    @Bean
    @Order(3)
    SecurityFilterChain studio(HttpSecurity http, Accounts accounts, Sessions sessions) {
        var requestedPage = new RequestedPage();
        return http.securityMatchers(matchers -> matchers.requestMatchers(
                                "/",
                                "/login",
                                "/logout",
                                "/reset",
                                "/reset/*",
                                "/invited/**",
                                "/studio",
                                "/studio/**",
                                "/docs",
                                "/assets/**",
                                "/webjars/**",
                                "/favicon.ico")
                        .requestMatchers(StudioSecurity::isErrorShownToPerson))
                .headers(headers -> headers.contentSecurityPolicy(csp -> csp.policyDirectives(STUDIO_CSP))
                        .addHeaderWriter((request, response) -> {
                            if (request.getServletPath().startsWith(GUIDES))
                                response.setHeader("Content-Security-Policy", STUDIO_CSP + importMap.directive());
                            if (request.getServletPath().equals(MODELLER))
                                response.setHeader(
                                        "Content-Security-Policy",
                                        STUDIO_CSP + "; style-src 'self'; style-src-attr 'unsafe-inline'");
                        })
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN)))
                .authenticationManager(new SignIn(accounts))
                .securityContext(context -> context.securityContextRepository(new SessionContexts(sessions, accounts)))
                .csrf(csrf -> csrf.csrfTokenRepository(new FormTokens())
                        .ignoringRequestMatchers(StudioSecurity::isOwnFormWithWriter, StudioSecurity::isByInvitedGuest))
                .requestCache(cache -> cache.requestCache(requestedPage))
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
                        .requestMatchers("/invited/**")
                        .permitAll()
                        // Only this server forwards requests, and only to the page that says what was denied.
                        .dispatcherTypeMatchers(DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(OWN)
                        .authenticated()
                        .anyRequest()
                        .hasAnyRole(SecurityConfiguration.ROLES))
                .formLogin(form -> form.loginPage("/login")
                        .successHandler(new SignInSuccessHandler(sessions, requestedPage))
                        .failureHandler((request, response, failure) -> response.sendRedirect(
                                failure instanceof LockedException ? "/login?throttled" : "/login?wrong")))
                .logout(logout -> logout.addLogoutHandler(
                                (request, response, authentication) -> sessions.signOut(request, response))
                        .logoutSuccessUrl("/login?out"))
                .addFilterBefore(new UnreadableSession(), AuthorizationFilter.class)
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

    /**
     * Whether the request is a form of somebody who was invited by a link. The secret in its address is the credential, so no other site
     * can send it, and the expert needs no cookie. Somebody who is signed in has one, so they need the token.
     */
    private static boolean isByInvitedGuest(HttpServletRequest request) {
        return request.getRequestURI().startsWith("/invited/") && request.getUserPrincipal() == null;
    }

    private static boolean hasRole(HttpServletRequest request) {
        return request.getUserPrincipal() instanceof Authentication authentication
                && !authentication.getAuthorities().isEmpty();
    }

    static boolean isStudioPost(HttpServletRequest request) {
        return request.getMethod().equals("POST") && request.getRequestURI().startsWith("/studio/");
    }

    /** Redirects to the requested page after the sign-in, or to the start page of the studio. */
    private static final class SignInSuccessHandler extends SavedRequestAwareAuthenticationSuccessHandler {
        private final Sessions sessions;

        SignInSuccessHandler(Sessions sessions, RequestCache requestedPage) {
            this.sessions = sessions;
            setRequestCache(requestedPage);
            setDefaultTargetUrl("/studio");
        }

        @Override
        public void onAuthenticationSuccess(
                HttpServletRequest request, HttpServletResponse response, Authentication authentication)
                throws ServletException, IOException {
            sessions.open(authentication.getName(), request, response);
            // Create the CSRF token in this response, so that pages opened at the same time share one token.
            if (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) token.getToken();
            super.onAuthenticationSuccess(request, response, authentication);
        }
    }
}
