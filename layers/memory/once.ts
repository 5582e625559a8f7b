/** Makes something the first time it is asked for, and keeps it; a failure is never kept. */
export function once<T>(make: () => Promise<T>): (() => Promise<T>) & { forget(): void } {
  let made: Promise<T> | undefined;
  const get = () => {
    if (made === undefined) {
      const attempt = make();
      made = attempt;
      attempt.catch(() => {
        if (made === attempt) made = undefined;
      });
    }
    return made;
  };
  return Object.assign(get, {
    forget: () => {
      made = undefined;
    },
  });
}
