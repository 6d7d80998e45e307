// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.problem.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.support.RequestContextUtils;

/**
 * The server's part of protecting what people write; the browser's part is {@code words.js}. Every form with text names its writer and
 * carries a unique key. A form is refused in the session of another account. After a form was accepted, the next page confirms the key, so
 * that the browser can delete its copy of the text.
 */
@Component("custody")
public class FormOwnership implements HandlerInterceptor {
    /** The header by which scripts mark their requests; the answer is a fragment for the page instead of a page. */
    public static final String SCRIPT = "X-Requested-With";
    /** The header in which scripts name the account that wrote the text; forms name it in a field. */
    public static final String WRITER_HEADER = "Imprimatur-Account";

    private static final String WRITER = "writer";
    private static final String KEY = "once";
    private static final String CONFIRMED = "confirmed";

    private final DisplayText words;

    FormOwnership(DisplayText words) {
        this.words = words;
    }

    /** A new key for a form. */
    public String key() {
        return UUID.randomUUID().toString();
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getMethod().equals("GET")) return true;
        var session = request.getUserPrincipal();
        String writer = writer(request);
        if (session != null && writer != null && !writer.equals(session.getName()))
            throw Refusal.conflict(
                            "another-account",
                            named(writer) + " wrote this, but this browser is signed in as " + named(session.getName())
                                    + " now, so nothing was sent. Sign in as " + named(writer) + " and send it again")
                    .raise();
        return true;
    }

    private String named(String account) {
        return DisplayText.quoted(words.name(account));
    }

    private static @Nullable String writer(HttpServletRequest request) {
        String header = request.getHeader(WRITER_HEADER);
        return header == null ? request.getParameter(WRITER) : header;
    }

    @Override
    public void postHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable ModelAndView answer) {
        String key = request.getParameter(KEY);
        if (key == null || answer == null || answer.getViewName() == null) return;
        if (request.getMethod().equals("POST") && answer.getViewName().startsWith("redirect:"))
            RequestContextUtils.getOutputFlashMap(request).put(CONFIRMED, key);
    }

    @Configuration(proxyBeanMethods = false)
    static class OfAllForms implements WebMvcConfigurer {
        private final FormOwnership custody;

        OfAllForms(FormOwnership custody) {
            this.custody = custody;
        }

        @Override
        public void addInterceptors(InterceptorRegistry registry) {
            registry.addInterceptor(custody).addPathPatterns("/studio/**");
        }
    }
}
