/** Leaves out what is undefined: an absent field must not override a default when objects are spread. */
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export const defined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as Defined<T>;
