import { MemorySanctions } from "./memory-sanctions.ts";
import { describeSanctionStore } from "../testing/sanction-store-suite.ts";

describeSanctionStore("MemorySanctions", {
  open: async () => new MemorySanctions(),
  reopen: async (sanctions) => sanctions,
});
