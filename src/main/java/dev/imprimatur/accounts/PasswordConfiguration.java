// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** The function that hashes passwords. */
@Configuration(proxyBeanMethods = false)
class PasswordConfiguration {
    @Bean
    @ConditionalOnMissingBean
    PasswordEncoder passwordEncoder() {
        return Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8();
    }
}
