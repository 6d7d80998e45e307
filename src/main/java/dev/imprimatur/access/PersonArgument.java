// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.credentials.PersonalToken;
import dev.imprimatur.people.AuthenticationMethod;
import dev.imprimatur.people.Person;
import dev.imprimatur.sessions.PasswordProof;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Gives handlers the signed-in account as a parameter of type {@link Person}. */
@Configuration(proxyBeanMethods = false)
public class PersonArgument implements WebMvcConfigurer, HandlerMethodArgumentResolver {
    /** The attribute of an HTTP request that holds the id of the request, if it carries an idempotency key. */
    public static final String REQUEST = "imprimatur.request";

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Person.class;
    }

    private static @Nullable AuthenticationMethod method(Authentication authentication, NativeWebRequest request) {
        if (authentication.getDetails() instanceof PersonalToken token)
            return AuthenticationMethod.token(token.id(), token.name());
        return request.getNativeRequest() instanceof HttpServletRequest http ? PasswordProof.method(http) : null;
    }

    @Override
    public Person resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        if (request.getUserPrincipal() instanceof Authentication authentication
                && authentication.getPrincipal() instanceof Account account)
            return account.person()
                    .in((String) request.getAttribute(REQUEST, RequestAttributes.SCOPE_REQUEST))
                    .by(method(authentication, request));
        throw new IllegalStateException("only somebody who is signed in gets here");
    }
}
