// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.MongoException;
import de.bwaldvogel.mongo.MongoServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.springframework.beans.factory.DisposableBean;

/** A server inside the process that speaks MongoDB's wire protocol, on a free loopback port. All documents are in one file. */
final class EmbeddedMongo implements DisposableBean {
    private static final String FULL = "the disk of the data directory is full or does not accept writes";

    private final RecoveringStore store;
    private final MongoServer server;
    private final InetSocketAddress address;

    EmbeddedMongo(DataDirectory data, FreeSpace freeSpace) {
        store = new RecoveringStore(data.resolve("documents.mv"), freeSpace);
        server = new MongoServer(new RecoveringBackend(store));
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        address = server.getLocalAddress();
    }

    String uri() {
        return "mongodb://" + address.getAddress().getHostAddress() + ":" + address.getPort()
                + "/imprimatur?retryWrites=false&retryReads=false";
    }

    /** Whether the disk accepts writes. */
    boolean isWritable() {
        return store.isWritable();
    }

    /** Throws the exception that a write would throw if the disk does not accept writes. */
    void mustBeWritable() {
        if (!isWritable()) throw new MongoException(Failures.OUT_OF_DISK_SPACE, FULL);
    }

    @Override
    public void destroy() {
        server.shutdownNow();
    }
}
