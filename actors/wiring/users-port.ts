import { readFile } from 'node:fs/promises';
import type { Settings } from '../../config/settings.ts';
import {
  type CopyLimits,
  createGateProcesses,
  type GateProcessEvent,
} from '../../lib/cluster/cluster.ts';
import type { FarSide } from '../../lib/mirror/mirror.ts';
import { createGate, type UsersPort } from '../../lib/proxy/proxy.ts';
import { gateSettings } from './traffic.ts';

const COPIES_BATCH_BYTES = 262_144;

interface UsersPortHooks {
  readonly now: () => number;
  readonly onProblem: (text: string) => void;
  readonly onEvent: (event: GateProcessEvent) => void;
}

/** The users' port: on this thread, or served by as many processes as the settings say. */
export async function usersPort(
  settings: Settings,
  token: string,
  farSide: FarSide,
  { now, onProblem, onEvent }: UsersPortHooks,
): Promise<UsersPort> {
  const errorPage = settings.errorPage === '' ? '' : await readFile(settings.errorPage, 'utf8');
  const own = gateSettings(settings, errorPage, token);
  const { processes } = settings.gate;
  if (processes === 1) return createGate(own, farSide.sink, { now, onProblem });
  return createGateProcesses({
    settings: own,
    processes,
    copies: copyLimits(settings),
    taker: farSide,
    now,
    onProblem,
    onEvent,
  });
}

// Private

function copyLimits({ gate, mirror }: Settings): CopyLimits {
  return {
    batchBytes: COPIES_BATCH_BYTES,
    queueBytes: Math.ceil(mirror.queueBytes / gate.processes),
    busyLimit: mirror.busyLimit,
  };
}
