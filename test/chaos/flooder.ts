/** An attacker in a process of its own: sends a thousand times what it may, and comes back when it is thrown out. */
import { ATTACKS, type AttackName } from "./attacks.ts";

const [attack, port] = process.argv.slice(2) as [AttackName, string];
ATTACKS[attack].begin(Number(port));
