package dev.imprimatur.signing;

/** A repository whose documents are sealed, and of which a release before seals may have left some that are not. */
public interface Sealable {
    /** Seals what bears no seal; what is sealed stays as it is. */
    void sealAll();

    /** Whether it holds evidence that everything in the store was sealed before. */
    default boolean knowsOfSeals() {
        return false;
    }
}
