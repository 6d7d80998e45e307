// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;

/** Screenshots of a page in light and dark mode at three widths, for people to look at; taken only with {@code -Dlook=DIRECTORY}. */
public final class Screenshots {
    private Screenshots() {}

    public static void take(Page page, String name) {
        String directory = System.getProperty("look");
        if (directory == null) return;
        var before = page.viewportSize();
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            for (int width : List.of(390, 768, 1440)) {
                page.setViewportSize(width, 900);
                for (boolean full : List.of(true, false))
                    page.screenshot(new Page.ScreenshotOptions()
                            .setFullPage(full)
                            .setPath(Path.of(
                                    directory, name + "-" + width + "-" + scheme + (full ? "" : "-top") + ".png")));
            }
        }
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        page.setViewportSize(before.width, before.height);
    }
}
