/** One erasure at work: for whom, by whom, why, and for how long it may go on in this call. */
import type { ErasureRecord } from '../../erasure/port.ts';
import type { Caller } from '../../model/caller.ts';
import type { Ports } from '../ports.ts';

export type ErasePorts = Pick<
  Ports,
  | 'clock'
  | 'consumers'
  | 'log'
  | 'hot'
  | 'vectors'
  | 'poke'
  | 'warn'
  | 'rules'
  | 'chainKey'
  | 'persons'
  | 'erasures'
  | 'subjectKeys'
  | 'residue'
  | 'certificateKey'
>;

export interface EraseRun {
  ports: ErasePorts;
  caller: Caller;
  userId: string;
  reason: string | undefined;
  record: ErasureRecord;
  /** The last memory there was when this call began: what writers add meanwhile is new data, else they could keep it from ending. */
  lastId: string;
  /** Asked after a step: every call does one at least. */
  hasTime(): boolean;
}
