// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** The description of the APIs for people; it is as public as {@code /openapi.json}, which the page reads. */
@Controller
class DescriptionPage {
    @GetMapping("/docs")
    String description() {
        return "studio/description";
    }
}
