// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;

/**
 * A form with files (RFC 7578), in memory. Only uploads to the library are sent in this form; the size of their bodies is limited before they
 * are read.
 */
public final class MultipartForm {
    private static final String CONTENT_TYPE = "multipart/form-data";
    /** Where a request that was parsed already holds its form. */
    private static final String PARSED = MultipartForm.class.getName();

    private static final Pattern UPLOADS =
            Pattern.compile("(/api/management/v1|/studio)/media(/[0-9a-z]{1,100}/versions)?");
    private static final int MOST_PARTS = 20;

    /**
     * A file of the form.
     *
     * @param type the media type that the client claims; empty if it claims none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record File(String name, String type, byte[] bytes) {}

    private final Map<String, List<String>> fields;
    private final Map<String, File> files;

    private MultipartForm(Map<String, List<String>> fields, Map<String, File> files) {
        this.fields = fields;
        this.files = files;
    }

    /** Whether requests to this path may have a form with files. */
    static boolean isUpload(@Nullable String path) {
        return path != null && UPLOADS.matcher(path).matches();
    }

    static boolean isForm(@Nullable String contentType) {
        return contentType != null
                && contentType.strip().regionMatches(true, 0, CONTENT_TYPE, 0, CONTENT_TYPE.length());
    }

    /** Reads the form of a request. Throws a refusal if the request has another body, or a broken one. */
    public static MultipartForm of(HttpServletRequest request) {
        if (request.getAttribute(PARSED) instanceof MultipartForm form) return form;
        if (!isForm(request.getContentType()))
            throw Refusal.of(
                            Refusal.Kind.UNSUPPORTED,
                            "unsupported",
                            "send a multipart/form-data body with the file in the part “file”")
                    .raise();
        try {
            var form = parsed(request.getContentType(), request.getInputStream().readAllBytes());
            request.setAttribute(PARSED, form);
            return form;
        } catch (IOException cut) {
            throw broken();
        }
    }

    /** The form of a request, if it was read already. */
    public static @Nullable MultipartForm readFrom(HttpServletRequest request) {
        return request.getAttribute(PARSED) instanceof MultipartForm form ? form : null;
    }

    private static MultipartForm parsed(String contentType, byte[] body) throws IOException {
        String boundary = MultiPart.extractBoundary(contentType);
        if (boundary == null) throw broken();
        var parser = new MultiPartFormData.Parser(boundary);
        parser.setMaxParts(MOST_PARTS);
        parser.setMaxMemoryFileSize(-1);
        var fields = new LinkedHashMap<String, List<String>>();
        var files = new LinkedHashMap<String, File>();
        var whole = new CompletableFuture<MultiPartFormData.Parts>();
        parser.parse(Content.Source.from(ByteBuffer.wrap(body)), Promise.Invocable.toPromise(whole));
        try (var parts = whole.get()) {
            for (var part : parts) {
                if (part.getName() == null) throw broken();
                if (part.getFileName() == null)
                    fields.computeIfAbsent(part.getName(), it -> new ArrayList<>())
                            .add(part.getContentAsString(StandardCharsets.UTF_8));
                else if (files.putIfAbsent(part.getName(), file(part)) != null)
                    throw Refusal.malformed("/" + part.getName(), "is given more than once")
                            .raise();
            }
        } catch (ExecutionException | RuntimeException failed) {
            if (failed instanceof Refused refused) throw refused;
            throw broken();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw broken();
        }
        return new MultipartForm(fields, files);
    }

    private static File file(MultiPart.Part part) throws IOException {
        String type = part.getHeaders().get("Content-Type");
        try (var in = Content.Source.asInputStream(part.getContentSource())) {
            return new File(part.getFileName(), type == null ? "" : type, in.readAllBytes());
        }
    }

    private static RuntimeException broken() {
        return Refusal.malformed("the body is not a whole multipart/form-data form", List.of())
                .raise();
    }

    /** Throws a refusal if the form has other parts than these, or one of them more than once. */
    public void mustHaveOnly(Set<String> names) {
        var wrong = new TreeMap<String, String>();
        fields.forEach((name, values) -> {
            if (!names.contains(name)) wrong.put(name, "is not known; the parts are " + String.join(", ", names));
            else if (values.size() > 1) wrong.put(name, "is given more than once");
        });
        files.keySet().stream()
                .filter(name -> !names.contains(name))
                .forEach(name -> wrong.put(name, "is not known; the parts are " + String.join(", ", names)));
        if (!wrong.isEmpty())
            throw Refusal.malformed(
                            "the form has parts that cannot be used",
                            wrong.entrySet().stream()
                                    .map(it -> new Fault("/" + it.getKey(), it.getValue()))
                                    .toList())
                    .raise();
    }

    /** The file of a part. Throws a refusal if there is none. */
    public File file(String name) {
        var file = files.get(name);
        if (file == null || file.name().isEmpty() && file.bytes().length == 0)
            throw Refusal.malformed("/" + name, "choose a file").raise();
        return file;
    }

    /** The first value of a field; null if there is none. */
    public @Nullable String field(String name) {
        var values = fields.get(name);
        return values == null ? null : values.getFirst();
    }

    Map<String, List<String>> fields() {
        return fields;
    }

    /** Tells the files of this form from all others. */
    public String fingerprint() {
        var text = new StringBuilder();
        try {
            for (var file : files.entrySet())
                text.append('\n')
                        .append(file.getKey())
                        .append('=')
                        .append(file.getValue().name())
                        .append(' ')
                        .append(HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256")
                                        .digest(file.getValue().bytes())));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
        return text.toString();
    }
}
