// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Sends one message and returns the result. Messages are signed according to the Standard Webhooks specification 1.0.0. The courier does
 * not follow redirects, ignores response bodies, and ends an attempt that takes too long.
 */
@Component
public class Courier implements DisposableBean {
    static final String SECRET_PREFIX = "whsec_";
    private static final int MOST_CONNECTIONS = 50;

    private final CloseableHttpClient client;
    private final ScheduledExecutorService cutOffs =
            Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
    private final Clock clock;
    private final Duration timeout;
    private final Duration longestRetryAfter;

    /**
     * Takes the limits from the configuration.
     *
     * @param timeout the limit for one whole attempt, {@code imprimatur.webhooks.timeout}
     * @param longestRetryAfter how far ahead a subscriber may put off the next attempt, {@code imprimatur.webhooks.longest-retry-after}
     */
    Courier(
            Addresses addresses,
            Clock clock,
            @Value("${imprimatur.webhooks.timeout:15s}") Duration timeout,
            @Value("${imprimatur.webhooks.longest-retry-after:8h}") Duration longestRetryAfter) {
        this.clock = clock;
        this.longestRetryAfter = longestRetryAfter;
        this.timeout = timeout;
        var perStep = Timeout.of(timeout);
        this.client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(addresses)
                        .setMaxConnTotal(MOST_CONNECTIONS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(perStep)
                                .setSocketTimeout(perStep)
                                .build())
                        .build())
                .setDefaultRequestConfig(
                        RequestConfig.custom().setResponseTimeout(perStep).build())
                .setUserAgent("Imprimatur-Webhooks")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .build();
    }

    /**
     * A message.
     *
     * @param id the id, which stays the same when the message is sent again
     * @param body JSON
     */
    record Message(String id, long position, String kind, String body) {}

    /** Sends the message once. */
    Attempt send(Webhook to, Message message) {
        var now = clock.instant();
        var post = new HttpPost(to.url());
        String timestamp = Long.toString(now.getEpochSecond());
        post.setHeader("webhook-id", message.id());
        post.setHeader("webhook-timestamp", timestamp);
        post.setHeader("webhook-signature", signatures(to.secrets(), message, timestamp, now));
        var outcome = post(post, message.body());
        return new Attempt(
                "%013d-%s".formatted(now.toEpochMilli(), UUID.randomUUID()),
                to.id(),
                message.id(),
                message.position(),
                message.kind(),
                now,
                outcome.status(),
                outcome.error(),
                outcome.millis(),
                outcome.retryAfter());
    }

    /**
     * The result of one attempt.
     *
     * @param status the HTTP status; null if there was no response
     * @param error why there was no response; null if there was one
     * @param retryAfter the earliest next attempt, as the response asked; null if it did not ask
     */
    public record Outcome(
            @Nullable Integer status,
            @Nullable String error,
            long millis,
            @Nullable Instant retryAfter) {
        /** Whether the message was accepted: any 2xx status. */
        public boolean succeeded() {
            return status != null && status / 100 == 2;
        }
    }

    /** Posts JSON without a signature once, to an address whose URL is the credential, such as that of a chat. */
    public Outcome post(String url, String body) {
        return post(new HttpPost(url), body);
    }

    private Outcome post(HttpPost post, String body) {
        long started = System.nanoTime();
        post.setEntity(new StringEntity(body, ContentType.APPLICATION_JSON));
        var cutOff = cutOffs.schedule(post::abort, timeout.toMillis(), TimeUnit.MILLISECONDS);
        Integer status = null;
        Instant retryAfter = null;
        String error = null;
        try (var response = client.executeOpen(null, post, null)) {
            status = response.getCode();
            if (status == HttpStatus.SC_TOO_MANY_REQUESTS || status == HttpStatus.SC_SERVICE_UNAVAILABLE)
                retryAfter = RetryAfter.of(response, clock.instant(), longestRetryAfter);
        } catch (InterruptedIOException late) {
            error = "no response within " + timeout.toMillis() + " ms";
        } catch (IOException | RuntimeException failed) {
            error = cutOff.isDone() ? "no response within " + timeout.toMillis() + " ms" : reason(failed);
        } finally {
            cutOff.cancel(false);
        }
        // the status alone decides, even if reading the rest of the response fails
        if (status != null) error = null;
        long millis = (System.nanoTime() - started) / 1_000_000;
        return new Outcome(status, error, millis, retryAfter);
    }

    private static String reason(Exception failed) {
        String message = failed.getMessage();
        return message == null ? failed.getClass().getSimpleName() : message;
    }

    private static String signatures(List<Webhook.Secret> secrets, Message message, String timestamp, Instant now) {
        return secrets.stream()
                .filter(secret -> secret.until() == null || secret.until().isAfter(now))
                .map(secret -> "v1," + signature(secret, message, timestamp))
                .collect(Collectors.joining(" "));
    }

    private static String signature(Webhook.Secret secret, Message message, String timestamp) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            byte[] key = Base64.getDecoder().decode(secret.value().substring(SECRET_PREFIX.length()));
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            String signed = message.id() + "." + timestamp + "." + message.body();
            return Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every Java platform has HMAC with SHA-256", impossible);
        }
    }

    @Override
    public void destroy() throws IOException {
        cutOffs.shutdownNow();
        client.close();
    }
}
