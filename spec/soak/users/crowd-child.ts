import { setPriority } from 'node:os';
import { type CrowdOptions, crowd } from './crowds.ts';

/*
 * Clients that take more than their part, in a process of their own: `crowd-child.js OPTIONS`, with a channel to its
 * parent, which is told how many there are. They yield: elsewhere they would have their own processors.
 */
const NICE = 10;
const TELL_MS = 250;
setPriority(NICE);
const options = JSON.parse(process.argv[2] ?? '{}') as CrowdOptions;
const all = crowd(options);
setInterval(() => process.send?.(all.told()), TELL_MS);
process.on('disconnect', () => process.exit());
