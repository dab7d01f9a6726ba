import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import svelte from "eslint-plugin-svelte";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";

const tests = ["**/*.test.ts", "**/*.test-d.ts", "**/test/**/*.ts", "**/bench/**/*.ts"];

/** Where time, chance and the outside world come in by ports alone, so that a run can be simulated. */
const pure = ["packages/hub/src/**/*.ts", "packages/client/src/**/*.ts"];
const ports = ["packages/client/src/platform/real-ports.ts"];

/** What runs in one place alone, behind a port. */
const nodeOnly = ["packages/client/src/storage/file.ts"];
/** What runs in browsers, workers and Node alike. */
const isomorphic = ["packages/{protocol,hub,client}/src/**/*.ts"];

const forbid = (message, names) => names.map((name) => ({ name, message }));
const hostGlobals = forbid("This runs in browsers too.", ["process", "Buffer", "global", "require"]);
const impureGlobals = [
  ...forbid("Time comes through its port.", [
    "Date",
    "performance",
    "setTimeout",
    "setInterval",
    "setImmediate",
  ]),
  ...forbid("Chance comes through its port.", ["crypto"]),
];

// `no-restricted-syntax` is one rule: a later block replaces it whole, so these are put together where they are used.
const houseSyntax = [
  { selector: "TSEnumDeclaration", message: "Use an `as const` object and its union." },
  {
    selector: ":matches(PropertyDefinition, MethodDefinition[kind!='constructor'])[accessibility='private']",
    message: "Private state is `#field`.",
  },
];
const bothEnds = {
  selector:
    "Program:has(ImportDeclaration[source.value=/(^|\\u002F)adapters\\u002F/])" +
    ":has(ImportDeclaration[source.value=/(^|\\u002F)logs\\u002F/])",
  message: "Only server.ts may know both adapters and logs.",
};

export default defineConfig(
  globalIgnores(["**/dist/", "**/data/", "**/.report/", "**/.turbo/"]),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  svelte.configs.recommended,

  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        // For all files alike: with each change of it every program is loaded anew.
        extraFileExtensions: [".svelte"],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "no-restricted-syntax": ["error", ...houseSyntax],
      "object-shorthand": "error",

      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // Numbers read well in a message; it is objects and undefined that must not get there.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // `() => socket.close()` is the plain way to write a callback.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // `while (true)` with a return inside is the plain way to write a read loop.
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      // An unused argument that has to be there for the ones after it starts with `_`.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],

      // A message is one arm of a union and a port is an interface: which one a shape is, its use decides.
      "@typescript-eslint/consistent-type-definitions": "off",
      // `{ [field: string]: unknown }` says what the key is.
      "@typescript-eslint/consistent-indexed-object-style": "off",
      // A hook answers something or nothing, and nothing must not have to be spelled out.
      "@typescript-eslint/no-invalid-void-type": "off",
      // A port asks for a promise; its in-memory implementation has nothing to await.
      "@typescript-eslint/require-await": "off",
      // There is no enum here (houseSyntax); to look for one, it asks for the type of every expression.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      // An implementation that does nothing on purpose is an empty function.
      "@typescript-eslint/no-empty-function": "off",
    },
  },

  {
    files: isomorphic,
    ignores: [...tests, ...nodeOnly],
    rules: {
      "no-console": "error",
      "no-restricted-globals": ["error", { globals: hostGlobals, checkGlobalObject: true }],
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["node:*", "ws"], message: "This package knows no Node and no transport." }] },
      ],
    },
  },
  {
    files: pure,
    ignores: [...tests, ...ports],
    rules: {
      "no-restricted-globals": [
        "error",
        { globals: [...hostGlobals, ...impureGlobals], checkGlobalObject: true },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Chance comes through its port." },
      ],
    },
  },
  {
    files: ["apps/server/src/**/*.ts"],
    ignores: [...tests, "apps/server/src/server.ts"],
    rules: {
      "no-console": "error",
      "no-restricted-syntax": ["error", ...houseSyntax, bothEnds],
    },
  },
  {
    files: ["apps/server/src/adapters/**/*.ts"],
    ignores: tests,
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["**/logs/**"], message: "An adapter knows the hub, never a log." }] },
      ],
    },
  },
  {
    files: ["apps/server/src/logs/sqlite/writer/*.ts"],
    ignores: tests,
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["@roomcast/*", "../**"],
              allowTypeImports: true,
              message:
                "The writer's thread starts twice as fast as long as it loads nothing from outside of its folder.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["apps/web/**/*.{svelte,ts,js}"],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // An index that nothing renders need not be reactive.
      "svelte/prefer-svelte-reactivity": "off",
      // `void signal` reads a signal so as to depend on it.
      "@typescript-eslint/no-meaningless-void-operator": "off",
    },
  },
  {
    files: tests,
    rules: {
      "max-lines": "off",
      // A test asserts what is there; a wrong assertion fails it.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // Parsed frames and vitest's asymmetric matchers are `any`, and a test takes them apart.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
    },
  },
  {
    files: ["**/*.js"],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
  prettier,
  svelte.configs.prettier,
);
