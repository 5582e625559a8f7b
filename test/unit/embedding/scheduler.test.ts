import { describe, expect, it } from 'vitest';
import type { LocalModel } from '../../../layers/embedding/model.ts';
import { Scheduler } from '../../../layers/embedding/scheduler.ts';
import type { EmbedReply } from '../../../layers/memory/embedding/worker-protocol.ts';

/** A model of two dimensions, one token a word; it records its runs and fails on "poison". */
function recordingModel() {
  const runs: string[][] = [];
  const model: LocalModel = {
    dimensions: 2,
    windowTokens: 100,
    chunksMax: 4,
    countTokens: () => 1,
    run: async (texts) => {
      runs.push([...texts]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (texts.some((text) => text.includes('poison'))) throw new Error('bad input');
      return texts.map((text) => (text.startsWith('up') ? [0, 3] : [2, 0]));
    },
  };
  return { model, runs };
}

/** Runs the requests given by `drive` until `expected` replies have come. */
function replies(model: LocalModel, expected: number, drive: (scheduler: Scheduler) => void): Promise<EmbedReply[]> {
  return new Promise((resolve) => {
    const sent: EmbedReply[] = [];
    const scheduler = new Scheduler(model, (reply) => {
      sent.push(reply);
      if (sent.length === expected) resolve(sent);
    });
    drive(scheduler);
  });
}

const texts = (count: number, prefix = 'text') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const words = (count: number) => texts(count, 'word').join(' ');

describe('scheduler', () => {
  it('answers one unit vector a text, in order', async () => {
    const { model } = recordingModel();

    const [reply] = await replies(model, 1, (s) => s.accept({ id: 7, texts: ['up', 'right'], urgent: false }));

    expect(reply).toEqual({ id: 7, vectors: Float32Array.of(0, 1, 1, 0) });
  });

  it('averages the chunks of a long text, each by its tokens', async () => {
    const { model, runs } = recordingModel();
    const long = `up ${words(99)} ${words(50)}`;

    const [reply] = await replies(model, 1, (s) => s.accept({ id: 1, texts: [long], urgent: false }));

    expect(runs.flat()).toHaveLength(2);
    const length = Math.hypot(50, 100);
    expect(reply).toEqual({ id: 1, vectors: Float32Array.of(50 / length, 100 / length) });
  });

  it('serves a query after the slice that is running, before the rest of the batch', async () => {
    const { model, runs } = recordingModel();

    const sent = await replies(model, 2, (s) => {
      s.accept({ id: 1, texts: texts(40), urgent: false });
      s.accept({ id: 2, texts: ['query'], urgent: true });
    });

    expect(sent.map((reply) => reply.id)).toEqual([2, 1]);
    expect(runs[1]).toEqual(['query']);
  });

  it('slices by 8 texts and by padded tokens', async () => {
    const { model, runs } = recordingModel();

    await replies(model, 2, (s) => {
      s.accept({ id: 1, texts: texts(20), urgent: false });
      s.accept({ id: 2, texts: [words(100), 'a', words(90), words(20)], urgent: false });
    });

    expect(runs.map((run) => run.length)).toEqual([8, 8, 4, 2, 2]);
  });

  it('runs queries that wait together in one slice', async () => {
    const { model, runs } = recordingModel();

    await replies(model, 4, (s) => {
      for (const id of [1, 2, 3, 4]) s.accept({ id, texts: [`query${id}`], urgent: true });
    });

    expect(runs).toEqual([['query1'], ['query2', 'query3', 'query4']]);
  });

  it('lets a batch through under steady queries', async () => {
    const { model, runs } = recordingModel();

    await replies(model, 101, (s) => {
      s.accept({ id: 1, texts: ['warm up'], urgent: true });
      s.accept({ id: 2, texts: ['batch'], urgent: false });
      for (let id = 3; id < 102; id++) s.accept({ id, texts: [`query${id}`], urgent: true });
    });

    expect(runs.findIndex((run) => run.includes('batch'))).toBe(8);
  });

  it('answers a failing text with an error and goes on', async () => {
    const { model } = recordingModel();

    const sent = await replies(model, 2, (s) => {
      s.accept({ id: 1, texts: [...texts(8), 'poison', ...texts(8)], urgent: false });
      s.accept({ id: 2, texts: ['query'], urgent: true });
    });

    expect(sent).toContainEqual({ id: 1, error: 'the model could not embed: bad input' });
    expect(sent).toContainEqual({ id: 2, vectors: Float32Array.of(1, 0) });
  });

  it('answers an error when the tokenizer fails on a later text', async () => {
    const { model } = recordingModel();
    const countTokens = (word: string) => {
      if (word === 'untokenizable') throw new Error('no such token');
      return 1;
    };

    const [reply] = await replies({ ...model, countTokens }, 1, (s) =>
      s.accept({ id: 1, texts: ['fine', 'untokenizable'], urgent: false }),
    );

    expect(reply).toEqual({ id: 1, error: 'the model could not embed: no such token' });
  });
});
