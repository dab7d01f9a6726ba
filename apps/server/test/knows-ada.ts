/** Owns how tests know people by a token: "ada" is Ada's, none is a guest's, and any other is nobody's. */
import { GUEST, type Policy } from "@roomcast/hub";
import { err, ok, refusal } from "@roomcast/protocol";

export const knowsAda: Policy["authenticate"] = (token) => {
  if (token === undefined) return ok(GUEST);
  return token === "ada" ? ok({ user: "ada", name: "Ada" }) : err(refusal("unauthorised"));
};
