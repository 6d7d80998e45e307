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
 * The death of a node in the middle of a request, after so many writes to either store: commands to MongoDB that write, and commits of the
 * engine. From then on the request reaches no store, so nothing is tidied up. Between two writes it makes no difference to the stores where
 * a node dies, so that the numbers of writes are all the points at which it can.
 */
public final class Death {
    public static final String HEADER = "Test-Death";
    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findAndModify");
    private static final Map<String, Death> BY_NAME = new ConcurrentHashMap<>();
    private static final ThreadLocal<Death> OF_THREAD = new ThreadLocal<>();

    private final String name = UUID.randomUUID().toString();
    private final int after;
    private volatile int writes;
    private volatile boolean dead;

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

    /** How many writes its request has done. */
    public int writes() {
        return writes;
    }

    /** Whether its request came that far. */
    public boolean happened() {
        return dead;
    }

    /** Makes the requests of an application mortal. */
    static void into(ConfigurableApplicationContext application) {
        var beans = application.getBeanFactory();
        beans.registerSingleton("death", new Filter());
        beans.registerSingleton("deathAtMongodb", (MongoClientSettingsBuilderCustomizer)
                settings -> settings.addCommandListener(new AtMongodb()));
        beans.addBeanPostProcessor(new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource store ? new AtEngine(store) : bean;
            }
        });
    }

    private void mustLive() {
        if (dead) throw new Error("the node is dead");
    }

    private void beforeWrite() {
        mustLive();
        if (writes == after) die();
    }

    private void afterWrite() {
        if (++writes == after) die();
    }

    /** An error that nobody takes for a failure of the request. */
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
            if (named != null) OF_THREAD.set(BY_NAME.get(named));
            try {
                chain.doFilter(request, response);
            } finally {
                OF_THREAD.remove();
            }
        }
    }

    /** The driver tells of a command in the thread that asked for it. */
    private static final class AtMongodb implements CommandListener {
        @Override
        public void commandStarted(CommandStartedEvent event) {
            var death = OF_THREAD.get();
            if (death == null) return;
            if (WRITES.contains(event.getCommandName())) death.beforeWrite();
            else death.mustLive();
        }

        @Override
        public void commandSucceeded(CommandSucceededEvent event) {
            var death = OF_THREAD.get();
            if (death != null && WRITES.contains(event.getCommandName())) death.afterWrite();
        }
    }

    private static final class AtEngine extends DelegatingDataSource {
        private static final Set<String> ASKS = Set.of("prepareStatement", "createStatement", "prepareCall");

        AtEngine(DataSource store) {
            super(store);
        }

        @Override
        public Connection getConnection() throws SQLException {
            var connection = super.getConnection();
            if (OF_THREAD.get() == null) return connection;
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        var death = OF_THREAD.get();
                        boolean commits = method.getName().equals("commit");
                        if (death != null && commits) death.beforeWrite();
                        if (death != null && ASKS.contains(method.getName())) death.mustLive();
                        Object answer;
                        try {
                            answer = method.invoke(connection, arguments);
                        } catch (InvocationTargetException failed) {
                            throw failed.getCause();
                        }
                        if (death != null && commits) death.afterWrite();
                        return answer;
                    });
        }
    }
}
