/** The model's thread. WASM blocks the thread it runs on for up to 100 ms a slice, so it gets one of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EmbedReply, EmbedRequest, WorkerStart } from '../memory/embedding/worker-protocol.ts';
import { loadModel } from './load.ts';
import { Scheduler } from './scheduler.ts';

if (!parentPort) throw new Error('worker.ts runs as a worker thread; createEmbedder starts it');
const port = parentPort;
const { model, modelsDir }: WorkerStart = workerData;

const send = (reply: EmbedReply): void => {
  port.postMessage(reply, 'vectors' in reply ? [reply.vectors.buffer] : []);
};

// A model that does not load throws here: the thread ends with an error that the client passes on.
const scheduler = new Scheduler(await loadModel(model, modelsDir), send);
port.on('message', (request: EmbedRequest) => scheduler.accept(request));
