// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.VersionResourceResolver;

/**
 * Serves the studio's own static files below a folder that is named after a hash of all of them. Scripts refer to each other with relative
 * URLs, so browsers can cache the files for a year, load none twice, and never mix files of two releases.
 */
@Configuration(proxyBeanMethods = false)
class Assets implements WebMvcConfigurer {
    private static final String PLACE = "classpath:/static/assets/";
    private static final Duration FOR_GOOD = Duration.ofDays(365);
    private static final int DIGITS = 16;

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/assets/**")
                .addResourceLocations(PLACE)
                .setCacheControl(CacheControl.maxAge(FOR_GOOD).cachePublic())
                .resourceChain(true)
                .addResolver(new VersionResourceResolver().addFixedVersionStrategy(version(), "/**"));
    }

    private static String version() {
        try {
            var files = Arrays.stream(new PathMatchingResourcePatternResolver().getResources(PLACE + "**"))
                    .filter(Resource::isReadable)
                    .sorted(Comparator.comparing(file -> String.valueOf(file.getFilename())))
                    .toList();
            var digest = MessageDigest.getInstance("SHA-256");
            for (var file : files) digest.update(file.getContentAsByteArray());
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
        } catch (IOException | NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
