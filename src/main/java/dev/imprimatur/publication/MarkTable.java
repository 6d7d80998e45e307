// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** The mark in the engine's database, which all nodes share. */
@Component
@Order(1)
class MarkTable implements HighWaterMark {
    private static final int ONLY = 1;

    private final JdbcTemplate statements;
    private boolean isCreated;
    /** The mark that this node wrote last. */
    private @Nullable Mark written;
    /** The unpublished editions in the table, as far as this node knows, by guide. */
    private Map<String, Integer> stored = new HashMap<>();

    MarkTable(DataSource store) {
        statements = new JdbcTemplate(store);
    }

    @Override
    public String place() {
        return "the engine’s database";
    }

    private synchronized void createTables() {
        if (isCreated) return;
        statements.execute("create table if not exists ledger_mark (id integer primary key,"
                + " lineage varchar(64) not null, ledger_position bigint not null, ledger_hash varchar(64) not null)");
        statements.execute("create table if not exists ledger_withdrawal (lineage varchar(64) not null,"
                + " guide varchar(200) not null, edition integer not null, primary key (lineage, guide))");
        isCreated = true;
    }

    @Override
    public Optional<Mark> mark() {
        try {
            return statements
                    .query(
                            "select lineage, ledger_position, ledger_hash from ledger_mark where id = ?",
                            MarkTable::read,
                            ONLY)
                    .stream()
                    .findFirst();
        } catch (BadSqlGrammarException notCreatedYet) {
            createTables();
            return Optional.empty();
        }
    }

    @Override
    public Map<String, Integer> withdrawn() {
        return mark().map(mark -> withdrawn(mark.lineage())).orElse(Map.of());
    }

    private static Mark read(ResultSet row, int number) throws SQLException {
        return new Mark(row.getString(1), row.getLong(2), row.getString(3));
    }

    private Map<String, Integer> withdrawn(String lineage) {
        var editions = new HashMap<String, Integer>();
        statements.query(
                "select guide, edition from ledger_withdrawal where lineage = ?",
                row -> {
                    editions.put(row.getString(1), row.getInt(2));
                },
                lineage);
        return editions;
    }

    @Override
    public synchronized void raise(Mark mark, Map<String, Integer> withdrawn, Predicate<String> isFormer) {
        createTables();
        var current = mark();
        // rows that this node wrote may be gone if the database was restored from an older backup
        if (current.isEmpty() || !current.get().equals(written)) stored = withdrawn(mark.lineage());
        withdrawn.forEach((guide, edition) -> {
            if (stored.getOrDefault(guide, 0) < edition) withdraw(mark.lineage(), guide, edition);
        });
        written = mark;
        if (raiseWithinLineage(mark)) return;
        if (current.isEmpty()) insert(mark);
        else if (isFormer.test(current.get().lineage()) && replaceFormer(current.get(), mark))
            statements.update(
                    "delete from ledger_withdrawal where lineage = ?",
                    current.get().lineage());
    }

    private boolean raiseWithinLineage(Mark mark) {
        return statements.update(
                        "update ledger_mark set ledger_position = ?, ledger_hash = ? where id = ? and lineage = ?"
                                + " and ledger_position < ?",
                        mark.position(),
                        mark.hash(),
                        ONLY,
                        mark.lineage(),
                        mark.position())
                == 1;
    }

    private boolean replaceFormer(Mark before, Mark mark) {
        return statements.update(
                        "update ledger_mark set lineage = ?, ledger_position = ?, ledger_hash = ? where id = ?"
                                + " and lineage = ?",
                        mark.lineage(),
                        mark.position(),
                        mark.hash(),
                        ONLY,
                        before.lineage())
                == 1;
    }

    private void insert(Mark mark) {
        try {
            statements.update(
                    "insert into ledger_mark (id, lineage, ledger_position, ledger_hash) values (?, ?, ?, ?)",
                    ONLY,
                    mark.lineage(),
                    mark.position(),
                    mark.hash());
        } catch (DuplicateKeyException anotherNode) {
            raiseWithinLineage(mark);
        }
    }

    private void withdraw(String lineage, String guide, int edition) {
        if (!raiseWithdrawn(lineage, guide, edition))
            try {
                statements.update(
                        "insert into ledger_withdrawal (lineage, guide, edition) values (?, ?, ?)",
                        lineage,
                        guide,
                        edition);
            } catch (DuplicateKeyException anotherNode) {
                raiseWithdrawn(lineage, guide, edition);
            }
        stored.merge(guide, edition, Math::max);
    }

    private boolean raiseWithdrawn(String lineage, String guide, int edition) {
        return statements.update(
                        "update ledger_withdrawal set edition = ? where lineage = ? and guide = ? and edition < ?",
                        edition,
                        lineage,
                        guide,
                        edition)
                == 1;
    }
}
