import { randomFillSync } from "node:crypto";

/**
 * Makes ids of deliveries that sort by arrival as text, also within one millisecond: UUID version 7
 * (RFC 9562 §5.7) whose 12 bits behind the time count up.
 */
export function createDeliveryIds(): (now: Date) => string {
  let last = 0;
  let count = 0;
  const pool = new RandomPool();
  return (now) => {
    const time = Math.max(now.getTime(), last);
    count = time === last ? count + 1 : 0;
    // More than 4096 in a millisecond, or a clock set back for long: borrow from the next one.
    last = count > 0xfff ? time + 1 : time;
    count = count > 0xfff ? 0 : count;
    return uuid7(last, count, pool.take());
  };
}

function uuid7(time: number, count: number, random: Buffer): string {
  const stamp = time.toString(16).padStart(12, "0");
  const sequence = count.toString(16).padStart(3, "0");
  random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x80, 0);
  const tail = random.toString("hex");
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${sequence}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

const RANDOM_BYTES = 8;
const DRAWN_AT_ONCE = 256;

/** Random bytes for many ids at once: each drawing is a call to the system. */
class RandomPool {
  readonly #bytes = Buffer.alloc(RANDOM_BYTES * DRAWN_AT_ONCE);
  #used = this.#bytes.length;

  take(): Buffer {
    if (this.#used === this.#bytes.length) {
      randomFillSync(this.#bytes);
      this.#used = 0;
    }
    this.#used += RANDOM_BYTES;
    return this.#bytes.subarray(this.#used - RANDOM_BYTES, this.#used);
  }
}
