/** English words that say nothing of a topic. Few: what is common in a tenant's own memories, its idf takes care of. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `about after again against all also although among and another any are around asked because been before being below between both but
   came can cannot come could did does doing done down during each either else even ever every few first for from further gave get gets
   give goes going got had has have having her here hers him his how however into its itself just keep kept last later least less let like
   made make makes many may might more most much must need needs neither never next nor not nothing now off often once one only onto
   other others our ours out over own per put quite rather said same say says see seems seen several shall she should since some such
   take taken than that the their theirs them then there these they this those though three through thus together too took toward two
   under until upon use used uses very via want wants was way well went were what when where whether which while who whom whose why
   will with within without would yet you your yours an as at be by do go he if in is it me my no of on or so to up us we am via vs`.split(
    /\s+/,
  ),
);
