package dev.imprimatur.management;

import dev.imprimatur.access.Audit;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Records whom a rule said no to. */
@Configuration(proxyBeanMethods = false)
class ManagementConfiguration implements WebMvcConfigurer {
    private final Audit audit;

    ManagementConfiguration(Audit audit) {
        this.audit = audit;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new Refusals()).addPathPatterns(Api.ROOT + "/**");
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
