// SPDX-License-Identifier: Apache-2.0
/** Imports guides from other systems as drafts: Markdown files, spreadsheets, and exports of WordPress, Contentful and Strapi. */
@NullMarked
@ApplicationModule(allowedDependencies = {"accounts", "audit", "command", "content", "editing", "people", "problem"})
package dev.imprimatur.importing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
