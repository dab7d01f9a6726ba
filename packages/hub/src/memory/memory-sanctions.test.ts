import { describeSanctionStore } from "../testing/sanction-store-suite.ts";
import { MemorySanctions } from "./memory-sanctions.ts";

describeSanctionStore("MemorySanctions", {
  open: async () => new MemorySanctions(),
  reopen: async (sanctions) => sanctions,
});
