import { MemoryHolds } from "../../src/store/memory-holds.ts";
import { MemoryInbox } from "../../src/store/memory-inbox.ts";
import { MemoryIndexCache } from "../../src/store/memory-index-cache.ts";
import { MemoryLedger } from "../../src/store/memory-ledger.ts";
import { MemoryPacer } from "../../src/store/memory-pacer.ts";
import { MemoryPauses } from "../../src/store/memory-pauses.ts";
import { MemorySwitches } from "../../src/store/memory-switches.ts";
import { storeContract } from "../contract/store.contract.ts";
import { FakeClock } from "../support/fake-clock.ts";

storeContract("memory", async () => {
  const clock = new FakeClock();
  const ledger = new MemoryLedger();
  return {
    clock,
    ledger,
    inbox: new MemoryInbox(ledger, () => clock.now().getTime()),
    holds: new MemoryHolds(),
    indexCache: new MemoryIndexCache(),
    pacer: new MemoryPacer(clock),
    pauses: new MemoryPauses(),
    switches: new MemorySwitches(),
    close: async () => {},
  };
});
