package dev.imprimatur.delivery;

import dev.imprimatur.publication.LedgerEntry;

/** How a guide is addressed. */
record Address(String type, String slug, String locale) {
    static Address of(LedgerEntry entry) {
        return new Address(entry.type(), entry.slug(), entry.locale());
    }
}
