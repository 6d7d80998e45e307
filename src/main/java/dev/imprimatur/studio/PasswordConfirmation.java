// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.access.SigningRules;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Checks the password in a form before the form's handler runs, and after {@link FormOwnership} has checked who wrote the form. */
@Component
class PasswordConfirmation implements HandlerInterceptor, WebMvcConfigurer {
    private final SigningRules signing;

    PasswordConfirmation(SigningRules signing) {
        this.signing = signing;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        String password = request.getMethod().equals("POST") ? request.getParameter(SigningRules.FIELD) : null;
        var who = request.getUserPrincipal();
        if (who != null && password != null && !password.isEmpty()) signing.prove(who.getName(), password, request);
        return true;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).addPathPatterns("/studio/**").order(1);
    }
}
