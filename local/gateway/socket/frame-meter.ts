/**
 * Watches the sizes of a client's frames on the wire (RFC 6455, 5.2): API Gateway takes none above 32 KB, though a message of
 * several may have 128 KB, and `ws` only knows messages.
 */

const MASK_BYTES = 4;
const BASE_BYTES = 2;
const LENGTH_BYTES: Record<number, number> = { 126: 2, 127: 8 };

export class FrameMeter {
  readonly #limit: number;
  readonly #onTooLarge: () => void;
  #header: number[] = [];
  /** Bytes of the present frame that are still to come after its header. */
  #rest = 0;

  constructor(limit: number, onTooLarge: () => void) {
    this.#limit = limit;
    this.#onTooLarge = onTooLarge;
  }

  feed(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const skipped = Math.min(this.#rest, bytes.length - at);
      this.#rest -= skipped;
      at += skipped;
      if (at === bytes.length) return;
      this.#header.push(bytes[at] ?? 0);
      at += 1;
      this.#readHeader();
    }
  }

  #readHeader(): void {
    const [, second] = this.#header;
    if (second === undefined) return;
    const short = second & 0x7f;
    const lengthBytes = LENGTH_BYTES[short] ?? 0;
    if (this.#header.length < BASE_BYTES + lengthBytes) return;
    const long = this.#header.slice(BASE_BYTES).reduce((length, byte) => length * 256 + byte, 0);
    const length = lengthBytes === 0 ? short : long;
    this.#header = [];
    this.#rest = MASK_BYTES + length;
    if (length > this.#limit) this.#onTooLarge();
  }
}
