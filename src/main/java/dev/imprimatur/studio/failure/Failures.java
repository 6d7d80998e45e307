// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.failure;

import dev.imprimatur.accounts.Role;
import dev.imprimatur.problem.Audience;
import dev.imprimatur.problem.ProblemWriter;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.UnexpectedFailure;
import dev.imprimatur.publication.Integrity;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.SubmittedForm;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/**
 * Presents failures: as a page for people, as a fragment or a problem document for scripts of the studio, and as a problem document for API
 * clients. The container forwards failures to this controller that no handler can answer: those in filters and during the rendering of a
 * page.
 */
@Controller
class Failures implements ErrorController {
    private static final String TEMPLATE = "studio/problem";

    private final ProblemWriter problems;
    private final FieldLabels places;
    private final Integrity integrity;
    private final Damages damages;

    Failures(ProblemWriter problems, FieldLabels places, Integrity integrity, Damages damages) {
        this.problems = problems;
        this.places = places;
        this.integrity = integrity;
        this.damages = damages;
    }

    @RequestMapping("/error")
    @Nullable
    ModelAndView failed(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var refusal = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable unforeseen
                ? UnexpectedFailure.refusal(unforeseen, request)
                : UnexpectedFailure.ofStatus(
                        request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status
                                ? status
                                : Refusal.Kind.BROKEN.status(),
                        request);
        return shown(refusal, request, response);
    }

    /** Returns the view of the failure, or writes a problem document and returns null. */
    @Nullable
    ModelAndView shown(Refusal refusal, HttpServletRequest request, HttpServletResponse response) throws IOException {
        var audience = Audience.of(request);
        if (audience == Audience.PROGRAM || audience == Audience.SCRIPT) {
            problems.write(refusal, response);
            return null;
        }
        ProblemWriter.head(refusal, response);
        var page = new ModelAndView(audience == Audience.FRAGMENT ? TEMPLATE + " :: content" : TEMPLATE);
        page.addObject("refusal", refusal);
        page.addObject("happened", happened(refusal));
        page.addObject("reference", refusal.members().get(UnexpectedFailure.REFERENCE));
        page.addObject("path", request.getRequestURI());
        page.addObject("waiting", 0L);
        page.addObject("pausedWebhooks", 0);
        var me = Pages.who(request);
        page.addObject("me", me);
        page.addObject("damaged", me != null && me.has(Role.ADMIN.name()) ? integrity.failures() : List.of());
        page.addObject("altered", me != null && me.has(Role.ADMIN.name()) ? damages.all() : List.of());
        page.addObject("wrong", refusal.faults().isEmpty() ? null : DisplayText.sentence(refusal.detail()));
        page.addObject("posted", posted(refusal, request));
        return page;
    }

    /** The submitted form with labelled fields. If the store itself may have failed, the labels are chosen without asking it. */
    private @Nullable SubmittedForm posted(Refusal refusal, HttpServletRequest request) {
        var posted = SubmittedForm.of(request, refusal);
        if (posted == null) return null;
        boolean storeAnswers = switch (refusal.kind()) {
            case BROKEN, UNAVAILABLE, FULL -> false;
            default -> true;
        };
        return posted.labelled(name -> storeAnswers
                ? places.ofField(posted.action(), name, request.getParameterMap())
                : FieldLabels.label(posted.action(), name));
    }

    /** Describes refusals of Spring and of the container in the studio's words instead of the APIs'. */
    private static String happened(Refusal refusal) {
        return switch (refusal.name()) {
            case "internal" ->
                "Something failed here that should not have. It may not have been done: look before you try again.";
            case "unavailable" ->
                "The database of Imprimatur does not answer at the moment. What you sent may not have been done: look before you try again, in a little while.";
            case "disk-full" ->
                "The disk of Imprimatur’s server is full or does not take writes, so nothing can be saved at the moment. Tell whoever runs the server. When there is room again, look whether what you sent was done, and send it again if it was not.";
            case "missing" -> "There is no page at this address.";
            case "not-allowed", "unsupported", "not-acceptable" ->
                "This address cannot be used like that. Go back and use the buttons of the page.";
            case "too-large" -> "This is too much text at once. Go back and save it in parts.";
            default -> DisplayText.sentence(refusal.detail());
        };
    }
}
