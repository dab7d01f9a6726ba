/** Owns values to which a newer server may add: any string is taken, the known ones are its type. */
import * as v from "valibot";

/** The list is part of the schema's description, so that adding to it shows in the hash of the messages. */
export const openListSchema = <const Known extends string>(known: readonly Known[]): v.GenericSchema<Known> =>
  v.pipe(v.string(), v.metadata({ known })) as unknown as v.GenericSchema<Known>;
