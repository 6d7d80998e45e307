// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.store.UniqueInsert;
import java.util.ArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The accounts by their present and former names. The {@code _id} is equal for names that people would take for the same name. */
@Component
class AccountNames {
    public record Row(@BsonId String key, String account) {}

    private final MongoCollection<Row> names;

    AccountNames(MongoDatabase database) {
        names = database.getCollection("account_names", Row.class);
    }

    /** Earlier releases had other keys for some names: assigns the keys of today to the same accounts, which keep their names. */
    void renewKeys(UnaryOperator<String> keyToday) {
        var all = names.find().into(new ArrayList<>());
        var known = all.stream().map(Row::key).collect(Collectors.toSet());
        for (var row : all) {
            String key = keyToday.apply(row.key());
            if (!known.contains(key)) UniqueInsert.insert(names, new Row(key, row.account()));
        }
    }

    /** Assigns the name to the account. Returns false if the name belongs to another account. */
    boolean claim(String key, String account) {
        if (UniqueInsert.insert(names, new Row(key, account))) return true;
        var taken = names.find(Filters.eq("_id", key)).first();
        return taken != null && taken.account().equals(account);
    }
}
