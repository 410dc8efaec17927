/** The story did not go as it should. The message is for a person. */
export class StoryFailed extends Error {
  override readonly name = "StoryFailed";
}

/** Goes on only with what was expected. */
export function expectThat(holds: boolean, message: string): asserts holds {
  if (!holds) throw new StoryFailed(message);
}

/** @throws StoryFailed which shows both. */
export function expectSame<T extends string | number>(what: string, got: T, expected: T): void {
  expectThat(
    got === expected,
    `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`,
  );
}
