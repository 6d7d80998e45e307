// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.util.List;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Writes a problem document for requests that Jetty itself refuses before any handler sees them. */
final class RefusedByServer extends ErrorHandler {
    private final ProblemWriter problems;

    RefusedByServer(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        problems.write(
                refusal(response.getStatus(), String.valueOf(request.getAttribute(ERROR_MESSAGE))), response, callback);
        return true;
    }

    /** @param reason the reason in Jetty's words */
    private static Refusal refusal(int status, String reason) {
        var refusal = UnexpectedFailure.ofStatus(status);
        return refusal.kind() != Refusal.Kind.MALFORMED || reason.equals(HttpStatus.getMessage(status))
                ? refusal
                : Refusal.malformed("the request cannot be read: " + reason, List.of());
    }
}
