import * as Type from "typebox";

// minLength and maxLength count graphemes here, which takes 10 µs a field; a pattern counts code points.
export const schema = Type.Object({
  type: Type.Literal("publish"),
  id: Type.String({ pattern: /^\P{Surrogate}{1,64}$/u }),
  room: Type.String({ pattern: /^[A-Za-z0-9_.:-]{1,128}$/ }),
  event: Type.String({ pattern: /^[a-z][A-Za-z0-9_.-]{0,63}$/ }),
  data: Type.Unknown(),
  echo: Type.Optional(Type.Boolean()),
  to: Type.Optional(Type.String({ pattern: /^[^]{1,64}$/ })),
});
