// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import dev.imprimatur.store.UniqueInsert;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The collection of preferences, one document for each person who chose something. */
@Component
class PreferenceStore {
    private final MongoCollection<Preferences> preferences;

    PreferenceStore(MongoDatabase database) {
        preferences = database.getCollection("notification_preferences", Preferences.class);
    }

    Preferences of(String person) {
        var stored = preferences.find(Filters.eq("_id", person)).first();
        return stored == null ? Preferences.unchosen(person) : stored;
    }

    /** The preferences of these people, in one query. */
    Map<String, Preferences> of(Collection<String> people) {
        var all = new HashMap<String, Preferences>();
        people.forEach(person -> all.put(person, Preferences.unchosen(person)));
        if (!people.isEmpty())
            preferences.find(Filters.in("_id", people)).forEach(stored -> all.put(stored.person(), stored));
        return all;
    }

    void save(Preferences wanted) {
        if (!UniqueInsert.insert(preferences, wanted))
            preferences.replaceOne(Filters.eq("_id", wanted.person()), wanted, new ReplaceOptions().upsert(false));
    }
}
