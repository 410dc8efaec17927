/** The receiver may ask for an hour's peace, not for silence until a notice is old. */
const LONGEST = 60 * 60_000;

/** RFC 9110 §10.2.3: seconds, or a date. `null`: neither. Never in the past, at most an hour ahead. */
export function retryAfter(text: string, now: Date): Date | null {
  const trimmed = text.trim();
  const at = /^\d{1,9}$/.test(trimmed)
    ? now.getTime() + Number(trimmed) * 1000
    : Date.parse(trimmed);
  if (Number.isNaN(at)) return null;
  return new Date(Math.min(Math.max(at, now.getTime()), now.getTime() + LONGEST));
}
