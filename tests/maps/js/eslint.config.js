// What ESLint asks of the page's modules and of their tests: its recommended rules, and those that
// the putting together of one script relies on (maps/bundle.py).

import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-unused-vars": ["error", { args: "after-used", argsIgnorePattern: "^_" }],
      "no-duplicate-imports": "error",
      "no-var": "error",
      "one-var": ["error", "never"],
      "prefer-const": "error",
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
    },
  },
  {
    files: ["maps/assets/*.js"],
    languageOptions: { globals: { ...globals.browser, L: "readonly" } },
  },
  {
    files: ["tests/maps/js/*.js"],
    languageOptions: { globals: globals.node },
  },
];
