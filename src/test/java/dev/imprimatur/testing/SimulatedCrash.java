// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
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
 * Simulates the crash of a node in a request or in background work, after a number of writes to either store: writing commands to
 * MongoDB and commits of the engine. After the crash, this work reaches no store, so nothing is cleaned up. Only writes change the
 * stores, so the numbers of writes are all the points at which a crash can make a difference.
 */
public final class SimulatedCrash {
    public static final String HEADER = "Test-Crash";
    /** Whether tests try all crash points ({@code -Dcrash.points=all}) or some of them. */
    public static final boolean AT_ALL_POINTS = "all".equals(System.getProperty("crash.points"));

    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findAndModify");
    private static final Map<String, SimulatedCrash> BY_NAME = new ConcurrentHashMap<>();
    private static final ThreadLocal<SimulatedCrash> OF_THREAD = new ThreadLocal<>();
    private static final String CRASHED = "the node has crashed";
    /** For requests without a crash. */
    private static final SimulatedCrash NEVER = new SimulatedCrash(Integer.MAX_VALUE);

    private final String name = UUID.randomUUID().toString();
    private final int after;
    private volatile int writes;
    private volatile boolean crashed;
    private volatile boolean inBackground;

    private SimulatedCrash(int after) {
        this.after = after;
    }

    /** A crash after this many writes of the request that carries its name in {@link #HEADER}. */
    public static SimulatedCrash after(int writes) {
        var crash = new SimulatedCrash(writes);
        BY_NAME.put(crash.name, crash);
        return crash;
    }

    public String name() {
        return name;
    }

    /** Runs work in this thread until it ends or the crash happens. */
    public void runUntilCrash(Runnable work) {
        OF_THREAD.set(this);
        try {
            work.run();
        } catch (RuntimeException | Error failed) {
            if (!crashed) throw failed;
        } finally {
            OF_THREAD.remove();
        }
    }

    /** The number of writes before the crash. */
    public int writes() {
        return writes;
    }

    /** Whether the crash has happened. */
    public boolean happened() {
        return crashed;
    }

    /** The background work of a node, in threads that serve no request: timers, webhooks, the reconciler. */
    public static final class Background {
        private volatile SimulatedCrash crash = NEVER;

        /** Lets the background work crash with the next writes. */
        public void crashWith(SimulatedCrash next) {
            next.inBackground = true;
            crash = next;
        }

        /** Ends the crash, so that the node can be shut down. */
        public void end() {
            crash = NEVER;
        }
    }

    /** Installs the hooks for crashes into an application. */
    static void installInto(ConfigurableApplicationContext application) {
        var beans = application.getBeanFactory();
        var background = new Background();
        beans.registerSingleton("backgroundCrash", background);
        beans.registerSingleton("crashFilter", new Filter());
        beans.registerSingleton("mongoCrashHook", (MongoClientSettingsBuilderCustomizer)
                settings -> settings.addCommandListener(new MongoHook(background)));
        beans.addBeanPostProcessor(new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource store ? new EngineHook(store, background) : bean;
            }
        });
    }

    private static SimulatedCrash current(Background background) {
        var ofThread = OF_THREAD.get();
        return ofThread == null ? background.crash : ofThread;
    }

    /**
     * Fails with an {@code Error} in a request, so that no code handles it as a failed request. Background threads would end and
     * report an {@code Error}, so they get an exception.
     */
    private void failIfCrashed() {
        if (crashed && inBackground) throw new IllegalStateException(CRASHED);
        if (crashed) throw new Error(CRASHED);
    }

    private void beforeWrite() {
        failIfCrashed();
        if (writes == after) crashNow();
    }

    private synchronized void afterWrite() {
        if (++writes == after) crashNow();
    }

    private void crashNow() {
        crashed = true;
        failIfCrashed();
    }

    /** Runs before all other filters, so that their writes count. */
    @Order(Ordered.HIGHEST_PRECEDENCE)
    private static final class Filter extends OncePerRequestFilter {
        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String named = request.getHeader(HEADER);
            OF_THREAD.set(named == null ? NEVER : BY_NAME.get(named));
            try {
                chain.doFilter(request, response);
            } finally {
                OF_THREAD.remove();
            }
        }
    }

    /** The driver calls the listener in the thread that sent the command. */
    private record MongoHook(Background background) implements CommandListener {
        @Override
        public void commandStarted(CommandStartedEvent event) {
            if (WRITES.contains(event.getCommandName())) current(background).beforeWrite();
            else current(background).failIfCrashed();
        }

        @Override
        public void commandSucceeded(CommandSucceededEvent event) {
            if (WRITES.contains(event.getCommandName())) current(background).afterWrite();
        }
    }

    private static final class EngineHook extends DelegatingDataSource {
        private static final Set<String> STATEMENTS = Set.of("prepareStatement", "createStatement", "prepareCall");

        private final Background background;

        EngineHook(DataSource store, Background background) {
            super(store);
            this.background = background;
        }

        @Override
        public Connection getConnection() throws SQLException {
            var connection = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        var crash = current(background);
                        boolean commits = method.getName().equals("commit");
                        if (commits) crash.beforeWrite();
                        if (STATEMENTS.contains(method.getName())) crash.failIfCrashed();
                        Object answer;
                        try {
                            answer = method.invoke(connection, arguments);
                        } catch (InvocationTargetException failed) {
                            throw failed.getCause();
                        }
                        if (commits) crash.afterWrite();
                        return answer;
                    });
        }
    }
}
