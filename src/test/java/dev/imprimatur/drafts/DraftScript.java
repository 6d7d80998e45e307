// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.graalvm.polyglot.Context;

/** The draft script of the studio, executed without a browser, with a simulated form. */
final class DraftScript implements AutoCloseable {
    private final Context context = Context.newBuilder("js")
            .option("engine.WarnInterpreterOnly", "false")
            .option("js.ecmascript-version", "2024")
            .build();

    DraftScript() {
        context.eval("js", read("/static/assets/draft.js").replaceAll("(?m)^export ", ""));
        context.eval("js", read("/drafts/form.js"));
    }

    private static String read(String resource) {
        try (var in = DraftScript.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Executes further script, to inject a fault. */
    void run(String script) {
        context.eval("js", script);
    }

    String call(String function, Object... arguments) {
        var value = context.eval("js", function).execute(arguments);
        return value.isString() ? value.asString() : value.toString();
    }

    boolean ask(String function, Object... arguments) {
        return context.eval("js", function).execute(arguments).asBoolean();
    }

    @Override
    public void close() {
        context.close();
    }
}
