// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.history.Edition;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Shows the design system, rendered with the styles and components that it describes. */
@Controller
class DesignPage {
    @GetMapping("/studio/design")
    String design(Model model) {
        model.addAttribute("states", Edition.State.values());
        return "studio/design";
    }
}
