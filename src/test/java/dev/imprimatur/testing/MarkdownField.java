// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

/** A field for Markdown on an edit page: its rich text, its source, and the tools of both. */
public final class MarkdownField {
    private final Locator field;

    private MarkdownField(Locator field) {
        this.field = field;
    }

    /** @param path the path of the field, such as {@code /introduction} */
    public static MarkdownField on(Page page, String path) {
        return new MarkdownField(page.locator("[data-field='" + path + "']"));
    }

    /** The rich text, which a person writes into. */
    public Locator text() {
        return field.locator(".ProseMirror");
    }

    /** The textarea that the form sends; it is visible in the source view only. */
    public Locator source() {
        return field.locator("textarea[name]");
    }

    public Locator tool(String name) {
        return field.locator("[role=toolbar] button[aria-label^='" + name + "']");
    }

    /** What the field says about a paste or about its view. */
    public Locator told() {
        return field.locator(".md-told");
    }

    /** Shows the source, or the rich text. */
    public MarkdownField show(boolean isSource) {
        var source = field.locator("[role=toolbar] .switch");
        assertThat(field.locator("md-editor[data-view]:not([data-view=loading])"))
                .isVisible();
        if (source.getAttribute("aria-pressed").equals("true") != isSource) source.click();
        assertThat(isSource ? source() : text()).isVisible();
        return this;
    }

    /** Replaces the whole text by this Markdown, as somebody who writes in the source view. */
    public void fill(String markdown) {
        show(true);
        source().fill(markdown);
        show(false);
    }
}
