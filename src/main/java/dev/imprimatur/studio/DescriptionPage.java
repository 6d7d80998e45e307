// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Shows the API description to people. The page is as public as {@code /openapi.json}, which it loads. */
@Controller
class DescriptionPage {
    @GetMapping("/docs")
    String description() {
        return "studio/description";
    }
}
