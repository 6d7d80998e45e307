package dev.imprimatur.problem;

/** Carries a {@link Refusal} from where a rule said no to the edge that answers; holds no stack trace. */
public final class Refused extends RuntimeException {
    private final transient Refusal refusal;

    Refused(Refusal refusal) {
        super(refusal.detail(), null, false, false);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
