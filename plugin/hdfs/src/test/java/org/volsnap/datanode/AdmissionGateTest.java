/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AdmissionGateTest {
    private final AdmissionGate gate = new AdmissionGate("BP-1");

    @Test
    void deletesAreHeldUntilTheRegistryIsKnown() throws Exception {
        assertThat(gate.enterDelete("invalidate")).isEmpty();
        assertThat(gate.enterChange("append")).isNotNull();
    }

    @Test
    void heldDeletesAreToldOnceWhenTheyPassAgain() throws Exception {
        gate.enterDelete("invalidate");

        assertThat(gate.set(Admission.OPEN)).isTrue();
        assertThat(gate.set(Admission.OPEN)).isFalse();
        assertThat(gate.enterDelete("invalidate")).isPresent();
    }

    @Test
    void nothingIsToldWhenNoDeleteWasHeld() throws Exception {
        assertThat(gate.set(Admission.OPEN)).isFalse();
    }

    @Test
    void heldDeletesAreRememberedThroughAPendingRollback() throws Exception {
        gate.enterDelete("invalidate");

        assertThat(gate.set(Admission.CLOSED)).isFalse();
        assertThat(gate.set(Admission.OPEN)).isTrue();
    }

    @Test
    void aClosedPoolRefusesAndSaysWhy() throws Exception {
        gate.set(Admission.CLOSED);

        assertThatThrownBy(() -> gate.enterChange("append"))
                .isInstanceOf(AdmissionException.class)
                .hasMessageContaining("BP-1")
                .hasMessageContaining("append is refused")
                .hasMessageContaining("rollback");
        assertThatThrownBy(() -> gate.enterDelete("invalidate")).isInstanceOf(AdmissionException.class);
    }

    @Test
    void closingWaitsForChangesThatWereLetIn() throws Exception {
        AdmissionGate.Pass change = gate.enterChange("append");
        CompletableFuture<Boolean> closed = setInBackground(Admission.CLOSED);

        awaitAdmission(Admission.CLOSED);
        assertThat(closed).isNotDone();
        change.close();
        assertThat(closed.get()).isFalse();
    }

    @Test
    void holdingDeletesWaitsForDeletesAndNotForChanges() throws Exception {
        gate.set(Admission.OPEN);
        AdmissionGate.Pass delete = gate.enterDelete("invalidate").orElseThrow();
        AdmissionGate.Pass change = gate.enterChange("append");
        CompletableFuture<Boolean> held = setInBackground(Admission.HOLD_DELETES);

        await().until(() -> gate.enterDelete("invalidate").isEmpty());
        assertThat(held).isNotDone();
        delete.close();
        assertThat(held.get()).isFalse();
        change.close();
    }

    @Test
    void wideningEndsAWaitForTheEndOfCalls() throws Exception {
        AdmissionGate.Pass change = gate.enterChange("append");
        CompletableFuture<Boolean> closed = setInBackground(Admission.CLOSED);
        awaitAdmission(Admission.CLOSED);

        gate.set(Admission.OPEN);

        assertThat(closed.get()).isFalse();
        change.close();
    }

    @Test
    void anInterruptedWaitComesOut() throws Exception {
        AdmissionGate.Pass change = gate.enterChange("append");
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                gate.set(Admission.CLOSED);
            } catch (InterruptedIOException e) {
                seen.set(e);
            }
        });
        waiting.start();
        awaitAdmission(Admission.CLOSED);

        waiting.interrupt();
        waiting.join();

        assertThat(seen.get()).isInstanceOf(InterruptedIOException.class);
        change.close();
    }

    private CompletableFuture<Boolean> setInBackground(Admission admission) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return gate.set(admission);
            } catch (InterruptedIOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private void awaitAdmission(Admission admission) {
        await().until(() -> gate.admission() == admission);
    }
}
