package dev.imprimatur.management;

import dev.imprimatur.access.Account;
import dev.imprimatur.access.Audit;
import dev.imprimatur.editing.Person;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Hands the one who asks to the handlers, and records whom a rule said no to. */
@Configuration(proxyBeanMethods = false)
class ManagementConfiguration implements WebMvcConfigurer {
    private final Audit audit;

    ManagementConfiguration(Audit audit) {
        this.audit = audit;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new WhoAsks());
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new Refusals()).addPathPatterns(Api.ROOT + "/**");
    }

    /** The account as the domain knows it: a person. */
    static Person person(Account account) {
        return new Person(
                account.username(),
                account.displayName(),
                account.title(),
                account.roles().stream().map(Enum::name).collect(Collectors.toSet()));
    }

    private static final class WhoAsks implements HandlerMethodArgumentResolver {
        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == Person.class;
        }

        @Override
        public Person resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders) {
            if (request.getUserPrincipal() instanceof Authentication authentication
                    && authentication.getPrincipal() instanceof Account account) return person(account);
            throw new IllegalStateException("only somebody who is signed in gets here");
        }
    }

    private final class Refusals implements HandlerInterceptor {
        @Override
        public void afterCompletion(
                HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
            var principal = request.getUserPrincipal();
            if (response.getStatus() == HttpServletResponse.SC_FORBIDDEN && principal != null)
                audit.record(
                        principal.getName(),
                        "denied",
                        request.getMethod() + " " + request.getRequestURI(),
                        request.getRemoteAddr());
        }
    }
}
