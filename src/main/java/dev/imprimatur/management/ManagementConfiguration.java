// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Records forbidden requests in the audit before the refusal is sent. */
@Configuration(proxyBeanMethods = false)
class ManagementConfiguration implements WebMvcConfigurer {
    private final Audit audit;

    ManagementConfiguration(Audit audit) {
        this.audit = audit;
    }

    @Override
    public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
        resolvers.addFirst(this::recordRefusal);
    }

    private @Nullable ModelAndView recordRefusal(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (failure instanceof Refused refused && refused.refusal().kind() == Refusal.Kind.FORBIDDEN)
            audit.denied(request);
        return null;
    }
}
