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
    private boolean made;
    /** The mark that this node wrote last, and the unpublished editions that the table held then. */
    private @Nullable Mark written;

    private Map<String, Integer> known = new HashMap<>();

    MarkTable(DataSource store) {
        statements = new JdbcTemplate(store);
    }

    @Override
    public String place() {
        return "the engine’s database";
    }

    private void make() {
        if (made) return;
        statements.execute("create table if not exists ledger_mark (id integer primary key,"
                + " lineage varchar(64) not null, ledger_position bigint not null, ledger_hash varchar(64) not null)");
        statements.execute("create table if not exists ledger_withdrawal (lineage varchar(64) not null,"
                + " guide varchar(200) not null, edition integer not null, primary key (lineage, guide))");
        made = true;
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
        } catch (BadSqlGrammarException notMadeYet) {
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

    private Map<String, Integer> withdrawn(String of) {
        var there = new HashMap<String, Integer>();
        statements.query(
                "select guide, edition from ledger_withdrawal where lineage = ?",
                row -> {
                    there.put(row.getString(1), row.getInt(2));
                },
                of);
        return there;
    }

    @Override
    public synchronized void raise(Mark mark, Map<String, Integer> withdrawn, Predicate<String> isFormer) {
        make();
        var there = mark();
        // rows that this node wrote may be gone if the database was restored from an older backup
        if (there.isEmpty() || !there.get().equals(written)) known = withdrawn(mark.lineage());
        withdrawn.forEach((guide, edition) -> {
            if (known.getOrDefault(guide, 0) < edition) withdraw(mark.lineage(), guide, edition);
        });
        written = mark;
        if (isRaised(mark)) return;
        if (there.isEmpty()) insert(mark);
        else if (isFormer.test(there.get().lineage()) && hasFollowed(there.get(), mark))
            statements.update(
                    "delete from ledger_withdrawal where lineage = ?",
                    there.get().lineage());
    }

    private boolean isRaised(Mark mark) {
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

    private boolean hasFollowed(Mark before, Mark mark) {
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
            isRaised(mark);
        }
    }

    private void withdraw(String of, String guide, int edition) {
        if (!isWithdrawn(of, guide, edition))
            try {
                statements.update(
                        "insert into ledger_withdrawal (lineage, guide, edition) values (?, ?, ?)", of, guide, edition);
            } catch (DuplicateKeyException anotherNode) {
                isWithdrawn(of, guide, edition);
            }
        known.merge(guide, edition, Math::max);
    }

    private boolean isWithdrawn(String of, String guide, int edition) {
        return statements.update(
                        "update ledger_withdrawal set edition = ? where lineage = ? and guide = ? and edition < ?",
                        edition,
                        of,
                        guide,
                        edition)
                == 1;
    }
}
