// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.MongoException;
import de.bwaldvogel.mongo.MongoServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.springframework.beans.factory.DisposableBean;

/** A wire-compatible MongoDB inside the process, on a loopback port of its own choosing, over one file. */
final class EmbeddedMongo implements DisposableBean {
    private static final String FULL = "the disk of the data directory is full or does not take writes";

    private final RecoveringBackend backend;
    private final MongoServer server;
    private final InetSocketAddress address;

    EmbeddedMongo(DataDirectory data, FreeSpace freeSpace) {
        backend = new RecoveringBackend(data.resolve("documents.mv"), freeSpace);
        server = new MongoServer(backend);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        address = server.getLocalAddress();
    }

    String uri() {
        return "mongodb://" + address.getAddress().getHostAddress() + ":" + address.getPort()
                + "/imprimatur?retryWrites=false&retryReads=false";
    }

    /** Whether the disk takes writes. */
    boolean isWritable() {
        return backend.isWritable();
    }

    /** Fails as a write would. */
    void mustBeWritable() {
        if (!isWritable()) throw new MongoException(Failures.OUT_OF_DISK_SPACE, FULL);
    }

    @Override
    public void destroy() {
        server.shutdownNow();
    }
}
