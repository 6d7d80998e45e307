// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.problem.Refusal;
import io.github.bucket4j.Bucket;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.Authentication;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Limits the requests of each site key on this node, with a token bucket. The limit is sent in the headers of
 * draft-ietf-httpapi-ratelimit-headers.
 */
@Configuration(proxyBeanMethods = false)
public class RateLimits implements HandlerInterceptor, WebMvcConfigurer {
    public static final String HEADER = "RateLimit";
    public static final String POLICY_HEADER = "RateLimit-Policy";
    private static final int MOST_KEYS = 10_000;

    private final Cache<String, Bucket> buckets =
            Caffeine.newBuilder().maximumSize(MOST_KEYS).build();
    private final long rate;
    private final long burst;
    private final String policy;

    /**
     * Reads the limits from the configuration.
     *
     * @param rate requests per second that a key may make permanently, {@code imprimatur.delivery.rate}
     * @param burst requests that a key may make at once, {@code imprimatur.delivery.burst}
     */
    RateLimits(
            @Value("${imprimatur.delivery.rate:1000}") long rate,
            @Value("${imprimatur.delivery.burst:2000}") long burst) {
        if (rate < 1 || burst < 1)
            throw new IllegalArgumentException("imprimatur.delivery.rate and imprimatur.delivery.burst are at least 1");
        this.rate = rate;
        this.burst = burst;
        this.policy = "\"key\";q=" + burst + ";w=" + Math.max(1, burst / rate);
    }

    public String policy() {
        return policy;
    }

    /**
     * Takes one token from the bucket of a key.
     *
     * @return the number of tokens left, or -1 if there was none
     */
    public static long take(Bucket bucket) {
        var probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? probe.getRemainingTokens() : -1;
    }

    /**
     * The value of the header {@code RateLimit}.
     *
     * @param left the number of requests left
     */
    public String header(long left) {
        return "\"key\";r=" + left + ";t=1";
    }

    public Bucket bucket(SiteKey key) {
        return buckets.get(
                key.id(),
                id -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(burst).refillGreedy(rate, Duration.ofSeconds(1)))
                        .build());
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).addPathPatterns(DeliveryRequests.PREFIX + "**");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (!(request.getUserPrincipal() instanceof Authentication authentication)
                || !(authentication.getPrincipal() instanceof SiteKey key)) return true;
        long left = take(bucket(key));
        response.setHeader(POLICY_HEADER, policy);
        response.setHeader(HEADER, header(Math.max(0, left)));
        if (left < 0)
            throw Refusal.throttled("this key sends more than " + rate + " requests a second", Duration.ofSeconds(1))
                    .raise();
        return true;
    }
}
