/** Owns by what somebody points: where it is a finger, the keyboard is on glass too, and covers half of what one came to see. */
export const isOnGlass = (): boolean => matchMedia("(pointer: coarse)").matches;
