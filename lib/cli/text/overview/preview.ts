import type { StatusView } from '../../../operator/views/status-view.ts';
import { grouped } from '../../../text/numbers.ts';

/** What those who may see the version under test got; nothing while nobody asked. */
export function previewLines(preview: StatusView['preview']): string[] {
  if (!preview || preview.served + preview.refused + preview.failed === 0) return [];
  const { served, refused, failed } = preview;
  const parts = [
    `${grouped(served)} served`,
    refused === 0 ? '' : `${grouped(refused)} refused`,
    failed === 0 ? '' : `${grouped(failed)} failed`,
  ];
  return [`  preview  ${parts.filter((part) => part !== '').join(', ')}`];
}
