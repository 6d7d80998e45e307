// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.store.Uses;
import org.springframework.stereotype.Component;

/** Stores which guides name which assets. */
@Component
public class AssetUses extends Uses {
    AssetUses(MongoDatabase database) {
        super(database, "asset_uses");
    }
}
