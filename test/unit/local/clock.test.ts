/** The local clock and the small files of the data directory. */
import { statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LocalClock } from '../../../local/clock.ts';
import { DataDir } from '../../../local/data-dir.ts';
import { developmentKey } from '../../../local/development-key.ts';
import { masterKey } from '../../../local/master-key.ts';
import { StartError } from '../../../local/start-error.ts';
import { temporaryDataDir } from './temporary-data-dir.ts';

describe('the clock', () => {
  it('keeps its offset over a restart', () => {
    const dataDir = temporaryDataDir();
    new LocalClock(dataDir).advance(400);

    const restarted = new LocalClock(dataDir);

    expect(restarted.offsetDays).toBe(400);
    expect(Math.abs(restarted.now().getTime() - Date.now() - 400 * 86_400_000)).toBeLessThan(1_000);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 36_501])('does not advance by %d days', (days) => {
    const dataDir = temporaryDataDir();
    const clock = new LocalClock(dataDir);

    expect(() => clock.advance(days)).toThrow(RangeError);
    expect(new LocalClock(dataDir).offsetDays).toBe(0);
  });

  it.each(['', '{', 'null', '{"offset_days":"1"}', '{"offset_days":-1}', '{"offset_days":1e9}'])(
    'does not start from a damaged file: %s',
    (text) => {
      const dataDir = temporaryDataDir();
      writeFileSync(dataDir.file('clock.json'), text);

      expect(() => new LocalClock(dataDir)).toThrow(StartError);
      expect(() => new LocalClock(dataDir)).toThrow('clock.json');
    },
  );
});

describe('the master key', () => {
  it('is made once, 32 bytes for its owner alone', () => {
    const dataDir = temporaryDataDir();

    const made = masterKey(dataDir, {});

    expect(Buffer.from(made, 'base64')).toHaveLength(32);
    expect(masterKey(dataDir, {})).toBe(made);
    expect(masterKey(temporaryDataDir(), {})).not.toBe(made);
    expect(statSync(dataDir.file('master-key')).mode & 0o777).toBe(0o600);
  });

  it('is that of the environment where there is one', () => {
    expect(masterKey(temporaryDataDir(), { AUREN_MASTER_KEY: 'given' })).toBe('given');
  });

  it('that is damaged is never replaced in silence', () => {
    const dataDir = temporaryDataDir();
    dataDir.write('master-key', 'short');

    expect(() => masterKey(dataDir, {})).toThrow(StartError);
    expect(dataDir.read('master-key')).toBe('short');
  });
});

describe('the development key', () => {
  const made = 'auren_local_new';

  it('is made on first start, for its owner alone, and kept', async () => {
    const dataDir = temporaryDataDir();

    const first = await developmentKey(
      dataDir,
      async () => true,
      async () => made,
    );
    const second = await developmentKey(
      dataDir,
      async () => true,
      () => Promise.reject(new Error('made twice')),
    );

    expect([first, second]).toEqual([
      { apiKey: 'auren_local_new', isNew: true },
      { apiKey: 'auren_local_new', isNew: false },
    ]);
    expect(statSync(dataDir.file('dev-key')).mode & 0o777).toBe(0o600);
  });

  it('that the database does not know is replaced', async () => {
    const dataDir = temporaryDataDir();
    dataDir.write('dev-key', 'auren_local_old');

    const { apiKey } = await developmentKey(
      dataDir,
      async (key) => key !== 'auren_local_old',
      async () => made,
    );

    expect(apiKey).toBe('auren_local_new');
    expect(dataDir.read('dev-key')).toBe('auren_local_new');
  });
});

describe('the data directory', () => {
  it('that cannot be made says so', () => {
    const dataDir = temporaryDataDir();
    writeFileSync(dataDir.file('taken'), '');

    expect(() => new DataDir(dataDir.file('taken'))).toThrow(StartError);
    expect(() => new DataDir(dataDir.file('taken/below'))).toThrow('AUREN_DATA_DIR');
  });
});
