package dev.imprimatur.store;

import com.mongodb.DuplicateKeyException;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;

/** Tells the failures of the driver apart. */
public final class Failures {
    private static final int DUPLICATE_KEY = 11000;

    private Failures() {}

    /** Whether a unique key was already taken, in whichever way the driver says so. */
    public static boolean isDuplicateKey(MongoException failure) {
        return failure instanceof DuplicateKeyException
                || failure instanceof MongoWriteException write
                        && write.getError().getCategory() == ErrorCategory.DUPLICATE_KEY
                || failure instanceof MongoCommandException command && command.getErrorCode() == DUPLICATE_KEY;
    }
}
