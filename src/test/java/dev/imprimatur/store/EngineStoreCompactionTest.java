// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** The file of the embedded engine store does not grow with every commit. */
class EngineStoreCompactionTest {
    private static final int ROWS = 10_000;

    @TempDir
    Path directory;

    @Test
    void theFileStaysSmall() throws SQLException, IOException {
        long alone = size("alone", false);
        long compacted = size("compacted", true);

        assertThat(compacted).isLessThan(alone / 2);
    }

    /** Returns the size of the file after many commits of one row each, whose pages are scattered over the file. */
    private long size(String name, boolean compacting) throws SQLException, IOException {
        try (var source = new HikariDataSource()) {
            source.setJdbcUrl("jdbc:h2:file:" + directory.resolve(name) + ";WRITE_DELAY=0;RETENTION_TIME=0");
            var compaction = new EngineStoreCompaction(source, 1 << 20);
            var store = new JdbcTemplate(source);
            store.execute("create table things (id int primary key, other int unique, text varchar)");
            for (int n = 0; n < ROWS; n++) {
                store.update("insert into things values (?, ?, ?)", n, n * 7919 % ROWS, "some text " + "x".repeat(500));
                if (compacting && n % 100 == 0) compaction.compact();
            }
            assertThat(store.queryForObject("select count(*) from things", Integer.class))
                    .isEqualTo(ROWS);
            return Files.size(directory.resolve(name + ".mv.db"));
        }
    }
}
