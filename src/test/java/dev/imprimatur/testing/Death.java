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
 * The death of a node in the middle of a request, or of what it does by itself, after so many writes to either store: commands to MongoDB that
 * write, and commits of the engine. From then on that work reaches no store, so nothing is tidied up. Between two writes it makes no
 * difference to the stores where a node dies, so that the numbers of writes are all the points at which it can.
 */
public final class Death {
    public static final String HEADER = "Test-Death";
    /** Whether tests try every point at which a node can die, {@code -Dcrash.points=all}, or some. */
    public static final boolean AT_ALL_POINTS = "all".equals(System.getProperty("crash.points"));

    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findAndModify");
    private static final Map<String, Death> BY_NAME = new ConcurrentHashMap<>();
    private static final ThreadLocal<Death> OF_THREAD = new ThreadLocal<>();
    private static final String DEAD = "the node is dead";
    /** Of requests that carry no name. */
    private static final Death NEVER = new Death(Integer.MAX_VALUE);

    private final String name = UUID.randomUUID().toString();
    private final int after;
    private volatile int writes;
    private volatile boolean dead;
    private volatile boolean inBackground;

    private Death(int after) {
        this.after = after;
    }

    /** The death after this many writes of the request that carries its name in {@link #HEADER}. */
    public static Death after(int writes) {
        var death = new Death(writes);
        BY_NAME.put(death.name, death);
        return death;
    }

    public String name() {
        return name;
    }

    /** Does it in this thread, as far as the node lives. */
    public void during(Runnable work) {
        OF_THREAD.set(this);
        try {
            work.run();
        } catch (RuntimeException | Error failed) {
            if (!dead) throw failed;
        } finally {
            OF_THREAD.remove();
        }
    }

    /** How many writes were done before it. */
    public int writes() {
        return writes;
    }

    /** Whether it came that far. */
    public boolean happened() {
        return dead;
    }

    /** What a node does by itself, in threads that serve no request: timers, webhooks, the reconciler. */
    public static final class Background {
        private volatile Death death = NEVER;

        /** It dies with this. */
        public void meets(Death next) {
            next.inBackground = true;
            death = next;
        }

        /** What is left of the node can be taken down. */
        public void isOver() {
            death = NEVER;
        }
    }

    /** Makes an application mortal. */
    static void into(ConfigurableApplicationContext application) {
        var beans = application.getBeanFactory();
        var background = new Background();
        beans.registerSingleton("deathOfBackground", background);
        beans.registerSingleton("death", new Filter());
        beans.registerSingleton("deathAtMongodb", (MongoClientSettingsBuilderCustomizer)
                settings -> settings.addCommandListener(new AtMongodb(background)));
        beans.addBeanPostProcessor(new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource store ? new AtEngine(store, background) : bean;
            }
        });
    }

    private static Death here(Background background) {
        var ofThread = OF_THREAD.get();
        return ofThread == null ? background.death : ofThread;
    }

    /** To a request an error that nobody takes for a failure of it; threads of the node would end with that, and be told of. */
    private void mustLive() {
        if (dead && inBackground) throw new IllegalStateException(DEAD);
        if (dead) throw new Error(DEAD);
    }

    private void beforeWrite() {
        mustLive();
        if (writes == after) die();
    }

    private synchronized void afterWrite() {
        if (++writes == after) die();
    }

    private void die() {
        dead = true;
        mustLive();
    }

    /** Outside of all other filters, so that their writes count. */
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

    /** The driver tells of a command in the thread that asked for it. */
    private record AtMongodb(Background background) implements CommandListener {
        @Override
        public void commandStarted(CommandStartedEvent event) {
            if (WRITES.contains(event.getCommandName())) here(background).beforeWrite();
            else here(background).mustLive();
        }

        @Override
        public void commandSucceeded(CommandSucceededEvent event) {
            if (WRITES.contains(event.getCommandName())) here(background).afterWrite();
        }
    }

    private static final class AtEngine extends DelegatingDataSource {
        private static final Set<String> ASKS = Set.of("prepareStatement", "createStatement", "prepareCall");

        private final Background background;

        AtEngine(DataSource store, Background background) {
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
                        var death = here(background);
                        boolean commits = method.getName().equals("commit");
                        if (commits) death.beforeWrite();
                        if (ASKS.contains(method.getName())) death.mustLive();
                        Object answer;
                        try {
                            answer = method.invoke(connection, arguments);
                        } catch (InvocationTargetException failed) {
                            throw failed.getCause();
                        }
                        if (commits) death.afterWrite();
                        return answer;
                    });
        }
    }
}
