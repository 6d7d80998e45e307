// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import dev.imprimatur.backup.BackupCommand;
import dev.imprimatur.check.CheckCommand;
import dev.imprimatur.importing.ImportCommand;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.modulith.Modulithic;

/** A headless CMS in which nothing reaches a reader that somebody else has not reviewed. */
@SpringBootApplication
@ConfigurationPropertiesScan
@Modulithic(systemName = "Imprimatur")
public class Imprimatur {
    public static void main(String[] args) {
        if (CheckCommand.isNamedBy(args))
            System.exit(CheckCommand.run(Imprimatur.class, CheckCommand.settings(args), System.out));
        if (ImportCommand.isNamedBy(args))
            System.exit(ImportCommand.run(Imprimatur.class, List.of(args).subList(1, args.length), System.out));
        if (BackupCommand.isNamedBy(args)) System.exit(BackupCommand.run(Imprimatur.class, List.of(args), System.out));
        SpringApplication.run(Imprimatur.class, args);
    }
}
