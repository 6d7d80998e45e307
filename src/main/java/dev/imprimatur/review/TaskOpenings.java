// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.flowable.common.engine.api.delegate.event.AbstractFlowableEventListener;
import org.flowable.common.engine.api.delegate.event.FlowableEntityEvent;
import org.flowable.common.engine.api.delegate.event.FlowableEvent;
import org.flowable.common.engine.impl.cfg.TransactionState;
import org.flowable.task.api.Task;
import org.springframework.stereotype.Component;

/** Tells of tasks that opened on this node, once their transaction is committed. */
@Component
class TaskOpenings extends AbstractFlowableEventListener {
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /** Calls the listener with the id of the process in which a task opened. The listener must not wait and not fail. */
    void onOpen(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** A task of the process is to be looked at as if it had just opened. */
    void happened(String process) {
        listeners.forEach(listener -> listener.accept(process));
    }

    @Override
    public void onEvent(FlowableEvent event) {
        if (event instanceof FlowableEntityEvent of && of.getEntity() instanceof Task task)
            happened(task.getProcessInstanceId());
    }

    @Override
    public boolean isFailOnException() {
        return false;
    }

    @Override
    public boolean isFireOnTransactionLifecycleEvent() {
        return true;
    }

    @Override
    public String getOnTransaction() {
        return TransactionState.COMMITTED.name();
    }
}
