/** What engines keep on disk of data that is gone from them: made to be rewritten where it is ours to do, else named in the certificate. */

export interface NotCovered {
  what: string;
  /** Until when it may still be there. */
  until: string;
}

export interface Residue {
  /** What `rewrite` does not reach. */
  readonly notCovered: readonly NotCovered[];
  /** Resolves when the files hold nothing any more of what was removed before the call. Throws `EngineUnavailable`. */
  rewrite(): Promise<void>;
}

/** Redis and Chroma run by others: nothing to be done from here. */
export const providersResidue: Residue = {
  notCovered: [
    {
      what: "Redis: the provider's persistence files and backups, which record commands",
      until: 'the provider rewrites its files and its backups expire',
    },
  ],
  rewrite: async () => {},
};
