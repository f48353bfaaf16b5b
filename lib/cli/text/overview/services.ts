import { nameOfBase, type ServiceStatus } from '../../live/each-service.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { statusLine } from '../status.ts';
import { wrapWords } from '../table.ts';

const INDENT = '  ';

/** `vili status --all`: for each service its name and folder, and below it the head of its status, or why there is none. */
export function servicesText(
  services: readonly ServiceStatus[],
  { columns, colors }: TextOptions,
): string[] {
  return services.flatMap((service) => {
    const { base, status, problem } = service;
    const wrapped = (text: string): string[] => wrapWords(INDENT + text, columns, INDENT + INDENT);
    const head = `${colors.strong(printable(nameOfBase(service)))}  ${printable(base)}`;
    if (status !== null) {
      const isDown = status.outage !== null && status.outage !== undefined;
      const lines = wrapped(`port ${status.vili.port}  ${statusLine(status)}`);
      return [head, ...lines.map(isDown || status.running === null ? colors.bad : (same) => same)];
    }
    if (problem === null) return [head, ...wrapped('no Vili ever ran here').map(colors.quiet)];
    return [head, ...wrapped(printable(problem)).map(colors.bad)];
  });
}
