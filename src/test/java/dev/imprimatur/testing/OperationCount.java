// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Counts what a request asks of the stores: the commands that it sends to MongoDB, and the transactions of the engine's database. Each
 * connection that the request takes from the pool is one transaction.
 */
public final class OperationCount {
    public static final String HEADER = "Test-Count";
    /** A transaction of the engine's database, in the list of operations. */
    private static final String TRANSACTION = "transaction";

    private static final Map<String, OperationCount> BY_NAME = new ConcurrentHashMap<>();
    private static final ThreadLocal<OperationCount> OF_THREAD = new ThreadLocal<>();

    private final String name = UUID.randomUUID().toString();
    private final List<String> operations = Collections.synchronizedList(new ArrayList<>());

    private OperationCount() {}

    /** Begins to count the operations of requests that carry the name of the count in {@link #HEADER}. */
    public static OperationCount begin() {
        var count = new OperationCount();
        BY_NAME.put(count.name, count);
        return count;
    }

    public String name() {
        return name;
    }

    /** The commands that were sent to MongoDB, in order, such as {@code find guides}. */
    public List<String> commands() {
        return operations.stream().filter(it -> !it.equals(TRANSACTION)).toList();
    }

    /** The number of transactions of the engine's database. */
    public long transactions() {
        return operations.stream().filter(TRANSACTION::equals).count();
    }

    /** Everything that was asked of the stores, in order. */
    @Override
    public String toString() {
        return String.join(", ", operations);
    }

    private static void add(String operation) {
        var count = OF_THREAD.get();
        if (count != null) count.operations.add(operation);
    }

    /** Installs the hooks for counting into an application. */
    static void installInto(ConfigurableApplicationContext application) {
        var beans = application.getBeanFactory();
        beans.registerSingleton("countFilter", new Filter());
        beans.registerSingleton("mongoCount", (MongoClientSettingsBuilderCustomizer)
                settings -> settings.addCommandListener(new Commands()));
        beans.addBeanPostProcessor(new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource store ? new Transactions(store) : bean;
            }
        });
    }

    @Order(Ordered.HIGHEST_PRECEDENCE)
    private static final class Filter extends OncePerRequestFilter {
        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String named = request.getHeader(HEADER);
            if (named != null) OF_THREAD.set(BY_NAME.get(named));
            try {
                chain.doFilter(request, response);
            } finally {
                OF_THREAD.remove();
            }
        }
    }

    /** The driver calls the listener in the thread that sent the command. */
    private static final class Commands implements CommandListener {
        @Override
        public void commandStarted(CommandStartedEvent event) {
            var collection = event.getCommand().get(event.getCommandName());
            add(event.getCommandName()
                    + (collection.isString() ? " " + collection.asString().getValue() : ""));
        }
    }

    private static final class Transactions extends DelegatingDataSource {
        Transactions(DataSource store) {
            super(store);
        }

        @Override
        public Connection getConnection() throws SQLException {
            add(TRANSACTION);
            return super.getConnection();
        }
    }
}
