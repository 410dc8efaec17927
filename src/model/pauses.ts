/** PORT. Parties that said "not now", known to every process: `registry:<host>`. */
export interface Pauses {
  /** Until when the party is to be left alone; `null`: it is not paused. May be a second old. */
  until(party: string, now: Date): Promise<Date | null>;
  /** Never shortens a pause that stands. */
  set(party: string, until: Date): Promise<void>;
}
