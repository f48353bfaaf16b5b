/** What is killed. A thread ends by an injected fault, since no signal reaches one thread alone. */
export const TARGETS = ['vili', 'launcher', 'archiver', 'thread'] as const;
export type Target = (typeof TARGETS)[number];

/** Sent to a Vili with `thread-killer.ts`: its next worker thread ends. */
export const THREAD_SIGNAL = 'SIGPWR';
