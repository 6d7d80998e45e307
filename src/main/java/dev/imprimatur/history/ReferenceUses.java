// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.store.Uses;
import org.springframework.stereotype.Component;

/** Stores which guides refer to which guides. */
@Component
public class ReferenceUses extends Uses {
    ReferenceUses(MongoDatabase database) {
        super(database, "guide_references");
    }
}
