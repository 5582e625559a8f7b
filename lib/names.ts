/** `store-memory` of the route table -> `StoreMemory`, the id of its construct. */
export function pascal(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
