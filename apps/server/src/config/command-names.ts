/** Owns the words that may stand in the place of the first flag. */
export const COMMAND_NAMES = ["token", "backup", "restore"] as const;
