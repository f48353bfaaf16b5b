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
