package dev.imprimatur.store;

import de.bwaldvogel.mongo.MongoServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.springframework.beans.factory.DisposableBean;

/** A wire-compatible MongoDB inside the process, on a loopback port of its own choosing, over one file. */
final class EmbeddedMongo implements DisposableBean {
    private final MongoServer server;
    private final InetSocketAddress address;

    EmbeddedMongo(DataDirectory data) {
        server = new MongoServer(new DurableBackend(data.resolve("documents.mv")));
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        address = server.getLocalAddress();
    }

    String uri() {
        return "mongodb://" + address.getAddress().getHostAddress() + ":" + address.getPort()
                + "/imprimatur?retryWrites=false&retryReads=false";
    }

    @Override
    public void destroy() {
        server.shutdownNow();
    }
}
