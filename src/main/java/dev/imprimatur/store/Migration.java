package dev.imprimatur.store;

/** Brings what a release before wrote into the shape of this one. Migrations run in order at start, before anything else reads. */
public interface Migration {
    /** The version of the data that the store has afterwards. */
    int to();

    /** Migrates what is there. Doing it again changes nothing, and after a crash it goes on where it stopped. */
    void run();
}
