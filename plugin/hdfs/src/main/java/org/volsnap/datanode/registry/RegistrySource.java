/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.io.Closeable;
import java.io.IOException;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;

/** Where the registry is read. Used by one thread, closed by any. */
interface RegistrySource extends Closeable {
    /**
     * Asks the active NameNode of the request's block pool.
     *
     * @throws NoPluginException when that NameNode runs without volsnap
     * @throws IOException when there is no answer
     */
    PollResponseProto poll(PollRequestProto request) throws IOException;

    @Override
    void close();
}
