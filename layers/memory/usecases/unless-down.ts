/** For figures that stand on several engines: the part of one that does not answer is null, the rest stands. */
import { EngineUnavailable } from '../errors.ts';

export async function unlessDown<T>(part: Promise<T>): Promise<T | null> {
  try {
    return await part;
  } catch (error) {
    if (error instanceof EngineUnavailable) return null;
    throw error;
  }
}
