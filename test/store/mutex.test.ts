import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { Mutex } from "../../src/store/mutex.ts";

describe("mutex", () => {
  test("one at a time: the urgent first, then in order of asking", async () => {
    const mutex = new Mutex();
    const order: string[] = [];
    let inside = 0;
    const hold = async (name: string, urgent: boolean): Promise<void> => {
      const end = await mutex.lock(urgent);
      inside += 1;
      expect(inside).toBe(1);
      order.push(name);
      await nextTurn();
      inside -= 1;
      end();
      end();
    };
    const first = hold("a", false);
    await nextTurn();
    await Promise.all([first, hold("b", false), hold("c", false), hold("d", true)]);
    expect(order).toEqual(["a", "d", "b", "c"]);
    (await mutex.lock())();
    (await mutex.lock())();
  });

  test("the urgent do not keep the others out for ever", async () => {
    const mutex = new Mutex();
    const order: string[] = [];
    const hold = async (name: string, urgent: boolean): Promise<void> => {
      const end = await mutex.lock(urgent);
      order.push(name);
      end();
    };
    const holds = [hold("other", false), hold("other", false)];
    for (let index = 0; index < 20; index += 1) holds.push(hold("urgent", true));
    await Promise.all(holds);
    expect(order.indexOf("other")).toBe(8);
    expect(order.lastIndexOf("other")).toBe(17);
  });

  test("who asks again and again keeps nothing else of the process waiting", async () => {
    const mutex = new Mutex();
    let heard = false;
    setImmediate(() => {
      heard = true;
    });
    let turns = 0;
    for (; !heard && turns < 1000; turns += 1) (await mutex.lock())();
    expect(turns).toBeLessThan(3);
  });
});
