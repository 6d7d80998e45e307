// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Turns exceptions of controllers into problem documents. An unexpected exception is logged, and the document reveals nothing of it. */
@ControllerAdvice
class ProblemAdvice {
    private final ProblemWriter problems;

    ProblemAdvice(ProblemWriter problems) {
        this.problems = problems;
    }

    @ExceptionHandler
    void refused(Refused refused, HttpServletResponse response) throws IOException {
        problems.write(refused.refusal(), response);
    }

    @ExceptionHandler
    void unreadable(HttpMessageNotReadableException unreadable, HttpServletResponse response) throws IOException {
        problems.write(
                Refused.in(unreadable)
                        .orElseGet(() -> unreadable.getCause() instanceof JacksonException json
                                ? Json.refusal(json)
                                : Refusal.malformed("", "the request needs a JSON body")),
                response);
    }

    @ExceptionHandler
    void wrongParameter(MethodArgumentTypeMismatchException wrong, HttpServletResponse response) throws IOException {
        problems.write(
                Refusal.malformed("the parameter “" + wrong.getName() + "” has a value of the wrong form", List.of()),
                response);
    }

    @ExceptionHandler
    void missingParameter(MissingServletRequestParameterException missing, HttpServletResponse response)
            throws IOException {
        problems.write(
                Refusal.malformed("the parameter “" + missing.getParameterName() + "” is missing", List.of()),
                response);
    }

    @ExceptionHandler
    void missingHeader(MissingRequestHeaderException missing, HttpServletResponse response) throws IOException {
        problems.write(
                Refusal.malformed("the header “" + missing.getHeaderName() + "” is missing", List.of()), response);
    }

    /** Passes these exceptions on to the security filters, which know whether the client is authenticated at all. */
    @ExceptionHandler({AccessDeniedException.class, AuthenticationException.class})
    void denied(RuntimeException denied) {
        throw denied;
    }

    @ExceptionHandler
    void anythingElse(Exception unforeseen, HttpServletRequest request, HttpServletResponse response) throws Exception {
        var refusal = UnexpectedFailure.refusal(unforeseen, request);
        // a part of the response is sent already: only an aborted connection shows the client that it is incomplete
        if (response.isCommitted()) throw unforeseen;
        problems.write(refusal, response);
    }

    /** Describes why Jackson cannot read a body, without class names. */
    static final class Json {
        private Json() {}

        static Refusal refusal(JacksonException json) {
            if (json instanceof StreamConstraintsException)
                return Refusal.malformed("", "the JSON is nested too deeply or a value in it is too long");
            String pointer = json.getPath().stream()
                    .map(step -> "/" + (step.getPropertyName() != null ? step.getPropertyName() : step.getIndex()))
                    .collect(Collectors.joining());
            if (json instanceof UnrecognizedPropertyException unknown)
                return Refusal.malformed(
                        pointer,
                        "unknown field; the fields are "
                                + unknown.getKnownPropertyIds().stream()
                                        .map(Object::toString)
                                        .sorted()
                                        .collect(Collectors.joining(", ")));
            if (json instanceof MismatchedInputException)
                return Refusal.malformed(pointer, "a value of the wrong type, or one that is required and missing");
            if (json instanceof InputCoercionException)
                return Refusal.malformed(pointer, "a number that is out of range");
            var at = json.getLocation();
            return Refusal.malformed(
                    pointer,
                    "not JSON" + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()));
        }
    }
}
