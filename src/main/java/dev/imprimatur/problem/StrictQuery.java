// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Refuses query parameters that the handler does not declare, and repeated ones, since a silently ignored parameter misleads clients. */
@Configuration(proxyBeanMethods = false)
class StrictQuery implements HandlerInterceptor, WebMvcConfigurer {
    private final Map<HandlerMethod, Set<String>> parametersOf = new ConcurrentHashMap<>();

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).excludePathPatterns("/actuator/**", "/error", "/login", "/studio", "/studio/**");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (!(handler instanceof HandlerMethod method) || request.getQueryString() == null) return true;
        if (readsAll(method)) return true;
        var allowed = parametersOf.computeIfAbsent(method, StrictQuery::parameters);
        request.getParameterMap().forEach((name, values) -> {
            if (!allowed.contains(name))
                throw Refusal.malformed(
                                "unknown query parameter; "
                                        + (allowed.isEmpty()
                                                ? "none is known here"
                                                : "known here are " + String.join(", ", allowed)),
                                List.of())
                        .raise();
            if (values.length > 1)
                throw Refusal.malformed("the query parameter “" + name + "” is given more than once", List.of())
                        .raise();
        });
        return true;
    }

    /** Whether the handler takes all parameters as a map; such a handler refuses unknown parameters itself. */
    private static boolean readsAll(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .anyMatch(parameter -> parameter.getParameterType() == MultiValueMap.class);
    }

    private static Set<String> parameters(HandlerMethod method) {
        var names = new TreeSet<String>();
        Arrays.stream(method.getMethodParameters()).forEach(parameter -> {
            var annotation = parameter.getParameterAnnotation(RequestParam.class);
            if (annotation == null) return;
            parameter.initParameterNameDiscovery(new DefaultParameterNameDiscoverer());
            names.add(
                    annotation.name().isEmpty()
                            ? Objects.requireNonNull(parameter.getParameterName())
                            : annotation.name());
        });
        return names;
    }
}
