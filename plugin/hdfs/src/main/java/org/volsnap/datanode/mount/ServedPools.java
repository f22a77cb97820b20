/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import java.io.IOException;
import org.volsnap.datanode.PoolControl;

/** The block pools with files of their own, as far as this DataNode serves them now. */
@FunctionalInterface
public interface ServedPools {
    /** @throws IOException when it is not in service, or a rollback is not applied */
    PoolControl serving(String blockPoolId) throws IOException;
}
