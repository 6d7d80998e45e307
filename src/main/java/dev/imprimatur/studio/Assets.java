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
 * The studio's own files, under a folder that is named by what is in all of them. Scripts name each other relative to it, so
 * that a browser keeps them for good, loads none twice and never runs an old one beside a new one.
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
