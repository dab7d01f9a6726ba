/** Owns how an operator is told what is wrong about what it asks for: the field first, in words. */
import * as v from "valibot";

const missing = (issue: v.BaseIssue<unknown>): boolean =>
  issue.kind === "schema" && issue.received === "undefined";

/** @param issue the first of them. */
export function bodyFault(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue);
  if (field === null) return issue.message;
  if (issue.expected === "never") return `${field}: no such field`;
  if (missing(issue)) return `${field}: is missing`;
  return `${field}: expected ${issue.expected ?? "something else"}`;
}
