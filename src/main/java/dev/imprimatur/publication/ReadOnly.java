// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Makes the server read-only for editors and their tools while the ledger is behind, because the stores may soon be restored. */
@Configuration(proxyBeanMethods = false)
class ReadOnly implements WebMvcConfigurer, HandlerInterceptor {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final Integrity integrity;

    ReadOnly(Integrity integrity) {
        this.integrity = integrity;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).addPathPatterns("/api/management/**", "/studio/**");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (READING.contains(request.getMethod())) return true;
        if (!(handler instanceof HandlerMethod method) || method.hasMethodAnnotation(WorksReadOnly.class)) return true;
        integrity.mustNotBeBehind();
        return true;
    }
}
