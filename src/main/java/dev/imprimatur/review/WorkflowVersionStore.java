// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Stores the uploaded versions of workflows. A version is inserted once under its number, and never changed or removed. */
@Component
class WorkflowVersionStore {
    /**
     * @param id the workflow and the number
     * @param number 1, 2, 3… of the workflow
     * @param by the username of who uploaded it
     * @param hash of the BPMN, SHA-256
     * @param note what the version is for; null if nothing was said
     * @param bpmn empty if only the rest was read
     */
    public record Row(
            @BsonId String id,
            String workflow,
            int number,
            Instant at,
            String by,
            String hash,
            @Nullable String note,
            @Nullable String bpmn) {}

    private final MongoCollection<Row> versions;

    WorkflowVersionStore(MongoDatabase database) {
        versions = database.getCollection("workflow_versions", Row.class);
        Index.make(versions, Indexes.ascending("workflow", "number"));
    }

    static String key(String workflow, int number) {
        return workflow + ":" + number;
    }

    /** Inserts the version; returns false if there is one with its number already. */
    boolean insert(Row version) {
        return UniqueInsert.insert(versions, version);
    }

    /** The number of all versions. It tells whether some are new, since none is ever removed. */
    long count() {
        return versions.countDocuments();
    }

    /** All versions without their BPMN, the first of each workflow first. */
    List<Row> all() {
        return versions.find()
                .projection(Projections.exclude("bpmn"))
                .sort(Sorts.ascending("workflow", "number"))
                .into(new ArrayList<>());
    }

    Optional<Row> find(String workflow, int number) {
        return Optional.ofNullable(
                versions.find(Filters.eq("_id", key(workflow, number))).first());
    }
}
