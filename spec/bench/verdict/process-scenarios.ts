import type { Random } from './random.ts';

/** What one side's processes take, by minutes since the start of the test; negative before it. */
export interface Curve {
  readonly memoryMiB: (minutes: number) => number;
  /** Since the process began: it only grows. */
  readonly cpuMs: (minutes: number) => number;
}

export interface ProcessScenario {
  readonly name: string;
  readonly label: 'good' | 'bad';
  readonly curves: (random: Random) => { readonly running: Curve; readonly testing: Curve };
}

type Shape = (minutes: number) => number;
const WARM_MIB = 150;
const COLD_MIB = 110;
/** Processor time of running, a minute. */
const CPU_MS = 4000;

/** Versions by how their processes behave: the saw teeth of garbage collection are in all of them. */
export const processScenarios: readonly ProcessScenario[] = [
  of('good', 'same build', () => {}),
  of('good', 'saw tooth of 200 MB in 12 min', (side, random) => side.add(saw(random, 200, 12))),
  of('good', 'saw tooth of 60 MB in 2 min', (side, random) => side.add(saw(random, 60, 2))),
  of('good', 'cache fills up to 300 MB, running full', (side) =>
    side.add(side.isTesting ? filling(300, 10) : () => 300),
  ),
  of('good', 'JVM heap fills to 4 GB, running full', (side) =>
    side.add(side.isTesting ? heap(4000, 100) : () => 4000),
  ),
  of('good', 'JVM heap fills, saw tooth of 500 MB', (side, random) => {
    side.add(side.isTesting ? heap(2000, 60) : () => 2000);
    side.add(saw(random, 500, 8));
  }),
  of('good', 'memory wanders', (side, random) => side.add(wandering(random, 8))),
  of('good', 'both grow with the load, 5 MB a minute', (side) =>
    side.add((minutes) => 5 * Math.max(0, minutes)),
  ),
  of('good', 'both leak 5 MB a minute', (side) =>
    side.add((minutes) => 5 * (minutes + (side.isTesting ? 0 : 90))),
  ),
  of('good', 'levels off 25 MB above running', (side) => {
    if (side.isTesting) side.add(filling(25, 2));
  }),
  of('good', 'levels off 150 MB above running in 2 min', (side) => {
    if (side.isTesting) side.add(filling(150, 2));
  }),
  of('good', 'levels off 150 MB above running in 10 min', (side) => {
    if (side.isTesting) side.add(filling(150, 10));
  }),
  of('bad', 'leak of 1 MB a minute', leak(1)),
  of('bad', 'leak of 5 MB a minute', leak(5)),
  of('bad', 'leak of 20 MB a minute', leak(20)),
  of('bad', 'leak of 100 MB a minute', leak(100)),
  of('bad', 'leak of 5 MB, saw tooth of 60 MB in 2 min', (side, random) => {
    side.add(saw(random, 60, 2));
    leak(5)(side);
  }),
  of('bad', 'leak of 20 MB, saw tooth of 60 MB in 2 min', (side, random) => {
    side.add(saw(random, 60, 2));
    leak(20)(side);
  }),
  of('bad', 'leak of 20 MB, service of 1 GB', (side) => {
    side.add(() => 850);
    leak(20)(side);
  }),
  of('good', 'warm-up: 6 times the processor time for 2 min', (side) => {
    if (side.isTesting) side.burn((minutes) => 5 * Math.exp(-minutes / 2));
  }),
  of('good', 'warm-up: 6 times the processor time for 10 min', (side) => {
    if (side.isTesting) side.burn((minutes) => (minutes < 10 ? 5 : 0));
  }),
  of('good', 'twice the processor time', (side) => {
    if (side.isTesting) side.burn(() => 1);
  }),
  of('bad', '5 times the processor time', (side) => {
    if (side.isTesting) side.burn(() => 4);
  }),
];

/** One side while it is put together. */
interface Side {
  readonly isTesting: boolean;
  /** MiB on top. */
  readonly add: (shape: Shape) => void;
  /** Processor time on top, in terms of running's. */
  readonly burn: (shape: Shape) => void;
}

// Private

function of(
  label: 'good' | 'bad',
  name: string,
  build: (side: Side, random: Random) => void,
): ProcessScenario {
  const curve = (isTesting: boolean, random: Random): Curve => {
    const memory: Shape[] = [saw(random, 20, 0.5 + random.uniform())];
    const burnt: Shape[] = [() => 1];
    build(
      { isTesting, add: (shape) => memory.push(shape), burn: (shape) => burnt.push(shape) },
      random,
    );
    const warmUp = isTesting ? coldStart : () => WARM_MIB;
    let [lastMinutes, cpuMs] = [isTesting ? 0 : -60, 0];
    return {
      memoryMiB: (minutes) => memory.reduce((sum, shape) => sum + shape(minutes), warmUp(minutes)),
      cpuMs: (minutes) => {
        const share = burnt.reduce((sum, shape) => sum + shape(minutes), 0);
        cpuMs +=
          Math.max(0, minutes - lastMinutes) * CPU_MS * share * (0.6 + 0.8 * random.uniform());
        lastMinutes = minutes;
        return Math.round(cpuMs / 10) * 10;
      },
    };
  };
  return {
    name,
    label,
    curves: (random) => ({ running: curve(false, random), testing: curve(true, random) }),
  };
}

function coldStart(minutes: number): number {
  return COLD_MIB + (WARM_MIB - COLD_MIB) * (1 - Math.exp(-minutes / 1.5));
}

function leak(perMinute: number): (side: Side) => void {
  return (side) => {
    if (side.isTesting) side.add((minutes) => perMinute * minutes);
  };
}

/** Grows to its height, then falls to nothing: a collection, at irregular intervals. */
function saw(random: Random, height: number, minutes: number): Shape {
  let from = -60 - minutes * random.uniform();
  let length = minutes;
  return (at) => {
    while (at >= from + length) {
      from += length;
      length = minutes * (0.8 + 0.4 * random.uniform());
    }
    return at < from ? 0 : (height * (at - from)) / length;
  };
}

/** Running's is full, testing's fills with this time constant. */
function filling(height: number, minutes: number): (at: number) => number {
  return (at) => height * (1 - Math.exp(-Math.max(0, at) / minutes));
}

function heap(limit: number, perMinute: number): Shape {
  return (at) => Math.min(limit, perMinute * Math.max(0, at));
}

/** A random walk that is drawn back to where it came from. */
function wandering(random: Random, deviation: number): Shape {
  let [value, last] = [0, -60];
  return (at) => {
    for (; last + 1 / 12 <= at; last += 1 / 12)
      value = 0.99 * value + (deviation / 7) * random.normal();
    return value;
  };
}
