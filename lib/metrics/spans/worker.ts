import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createMask } from '../../compare/mask/mask.ts';
import { reniceThisThread } from '../../runtime/priority.ts';
import { copySpan, exchangeSpan, type SpanData } from './attributes.ts';
import { ExportLoop } from './export-loop.ts';
import {
  type FromExporter,
  type SpanBatch,
  type SpanSettings,
  type ToExporter,
} from './protocol.ts';
import { SpanSdk } from './sdk.ts';

if (parentPort !== null) {
  // Users and the verdict come first.
  reniceThisThread();
  serve(parentPort, workerData as SpanSettings);
}

// Private

function serve(port: MessagePort, settings: SpanSettings): void {
  const send = (message: FromExporter): void => port.postMessage(message);
  const sdk = new SpanSdk(settings);
  const mask = createMask(settings.mask);
  const loop = new ExportLoop<ReadableSpan>(settings.limits, {
    send: (batch) => sdk.send(batch),
    cut: () => sdk.cut(),
    settled: (count, problem) => send({ type: 'settled', count, problem }),
  });
  const add = (data: SpanData): void => {
    const span = sdk.span(data);
    if (span !== null) loop.add(span);
    else send({ type: 'settled', count: 1, problem: 'the SDK did not record a span' });
  };
  const addAll = ({ exchanges, copies }: SpanBatch): void => {
    for (const exchange of exchanges) add(exchangeSpan(exchange, mask));
    for (const copy of copies) add(copySpan(copy, mask));
  };
  const end = async (): Promise<void> => {
    await loop.end();
    sdk.cut();
    send({ type: 'ended' });
  };
  port.on('message', (message: ToExporter) => {
    if (message.type === 'spans') return addAll(message.batch);
    // A failure here ends the thread, which the main thread notices.
    void end();
  });
}
