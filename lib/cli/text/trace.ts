import type { TraceRecord } from '../../model/trace-record.ts';
import { milliseconds } from '../../text/times.ts';
import type { Colors } from './colors.ts';
import { printable } from './printable.ts';

const MAX_PAYLOAD = 200;

/** One record on one line: time, sender, receiver, type, outcome, wait and handling time. */
export function traceLine(record: TraceRecord, colors: Colors): string {
  const style = record.outcome === 'ok' ? colors.quiet : colors.bad;
  const parts = [
    new Date(record.atMs).toISOString().slice(11, 23),
    `${printable(record.from)} -> ${printable(record.to)}`,
    colors.strong(printable(record.type)),
    style(record.outcome),
    `waited ${milliseconds(record.waitMs)}, took ${milliseconds(record.handledMs)}`,
  ];
  if (record.correlation !== null) parts.push(`[${printable(record.correlation)}]`);
  if (record.payload !== undefined) {
    parts.push(printable(JSON.stringify(record.payload) ?? '').slice(0, MAX_PAYLOAD));
  }
  return parts.join('  ');
}

/** A Mermaid sequence diagram of the records; a message that was not handled is drawn as lost. */
export function mermaidText(records: readonly TraceRecord[]): string[] {
  const participants = new Map<string, string>();
  for (const { from, to } of records) {
    for (const path of [from, to]) {
      if (!participants.has(path)) participants.set(path, `a${participants.size + 1}`);
    }
  }
  const heads = [...participants].map(([path, name]) => `  participant ${name} as ${label(path)}`);
  const arrows = records.map((record) => {
    const from = participants.get(record.from) ?? '';
    const to = participants.get(record.to) ?? '';
    const lost = record.outcome === 'ok' ? '' : ` (${record.outcome})`;
    return `  ${from}${lost === '' ? '->>' : '-x'}${to}: ${label(record.type)}${lost}`;
  });
  return ['sequenceDiagram', ...heads, ...arrows];
}

// Private

/** Mermaid ends a label at a semicolon and reads a number sign as the start of an entity. */
function label(text: string): string {
  return printable(text).replace(/[;#]/g, ' ').trim() || '-';
}
