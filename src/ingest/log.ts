/** What the edge needs of a logger; pino fits. Messages are constant, what varies stands in the fields. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
