import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { PatientTimer } from '../../runtime/patient-timer.ts';
import { threadTime } from '../../runtime/thread-time.ts';

type Moving = Pick<Socket, 'bytesRead' | 'bytesWritten' | 'destroyed'>;

/**
 * Decides what a timer of the runtime means that has just fired after `timeoutMs`: such a timer counts time in
 * which the thread stood still, and fires before what has arrived is read. Calls `idle` once the connection has
 * had the time that it is entitled to, or `moved` when something has come or gone by then.
 */
export function confirmIdle(
  socket: Moving,
  timeoutMs: number,
  idle: () => void,
  moved: () => void = () => {},
): PatientTimer {
  const before = socket.bytesRead + socket.bytesWritten;
  const decide = (): void => {
    if (socket.destroyed) return;
    if (socket.bytesRead + socket.bytesWritten === before) idle();
    else moved();
  };
  return new PatientTimer(decide, { holdsProcess: false }).start(threadTime.lostWithin(timeoutMs));
}

/** The connection of a session of HTTP/2: of its socket nothing can be read once the session has ended, so that is asked first. */
export function connectionOf(session: Http2Session): Moving {
  const { socket } = session;
  return {
    get destroyed() {
      return session.destroyed || socket.destroyed;
    },
    get bytesRead() {
      return socket.bytesRead;
    },
    get bytesWritten() {
      return socket.bytesWritten;
    },
  };
}
