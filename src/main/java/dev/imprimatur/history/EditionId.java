// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

/**
 * One pass of a guide through its workflow; also the business key of the process that drives it.
 *
 * @param guide the guide's id, without dots
 * @param number 1, 2, 3…
 */
public record EditionId(String guide, int number) {
    public EditionId {
        if (number < 1) throw new IllegalArgumentException("editions count from 1");
    }

    /** Reads {@code GUIDE.NUMBER}. */
    public static EditionId parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 1) throw new IllegalArgumentException("not an edition id: " + text);
        return new EditionId(text.substring(0, dot), Integer.parseInt(text.substring(dot + 1)));
    }

    /** A description of the edition for the people who maintain the stores. */
    public String inWords() {
        return "guide " + guide + ", edition " + number;
    }

    public EditionId next() {
        return new EditionId(guide, number + 1);
    }

    @Override
    public String toString() {
        return guide + "." + number;
    }
}
