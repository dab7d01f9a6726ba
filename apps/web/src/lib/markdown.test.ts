import { beforeAll, describe, expect, it } from "vitest";

import { type Block, blocksOf, type Inline, loadMarkdown } from "./markup.svelte.ts";

/** The tree, written down shortly. */
const inline = (parts: readonly Inline[]): string =>
  parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "code") return `code(${part.text})`;
      if (part.kind === "break") return "⏎";
      if (part.kind === "link") return `link(${part.href} ${inline(part.children)})`;
      return `${part.kind}(${inline(part.children)})`;
    })
    .join("");
const told = (blocks: readonly Block[]): string =>
  blocks
    .map((block) => {
      if (block.kind === "paragraph") return inline(block.children);
      if (block.kind === "code") return `pre(${block.text})`;
      if (block.kind === "quote") return `quote(${told(block.children)})`;
      return `${block.start === undefined ? "ul" : `ol${block.start}`}(${block.items.map(told).join("; ")})`;
    })
    .join(" | ");

describe("the Markdown of messages", () => {
  it("is the text as it was typed until its reader is loaded", () => {
    expect(told(blocksOf("**bold**"))).toBe("**bold**");
  });

  describe("once it is", () => {
    beforeAll(loadMarkdown);
    it.each([
      ["plain words, 1 < 2 & so on", "plain words, 1 < 2 & so on"],
      ["**bold** and *slanted* and ~~gone~~", "strong(bold) and em(slanted) and del(gone)"],
      ["`a < b && *c*`", "code(a < b && *c*)"],
      ["one\ntwo *x*", "one⏎two em(x)"],
      ["```js\nlet a = 1;\n\nlet b;\n```", "pre(let a = 1;\n\nlet b;)"],
      ["> said *he*\n\nyes", "quote(said em(he)) | yes"],
      ["- a\n- b **c**", "ul(a; b strong(c))"],
      ["- [x] done\n- [ ] to do", "ul(☑ done; ☐ to do)"],
      ["3. three\n4. four", "ol3(three; four)"],
      ["snake_case_name stays", "snake_case_name stays"],
      ["2 * 3 * 4", "2 * 3 * 4"],
      ["\\*not slanted\\*", "*not slanted*"],
    ])("%s", (text, tree) => {
      expect(told(blocksOf(text))).toBe(tree);
    });

    it.each([
      ["see https://example.org/a.", "see link(https://example.org/a https://example.org/a)."],
      [
        "(https://en.wikipedia.org/wiki/A_(b))",
        "(link(https://en.wikipedia.org/wiki/A_(b) https://en.wikipedia.org/wiki/A_(b)))",
      ],
      ["[the page](https://example.org)", "link(https://example.org/ the page)"],
      ["www.example.org", "link(http://www.example.org/ www.example.org)"],
    ])("a link: %s", (text, tree) => {
      expect(told(blocksOf(text))).toBe(tree);
    });

    it.each([
      "# no heading",
      "a | b\n--|--\n1 | 2",
      "<b>no markup</b>",
      "![no picture](https://example.org/x.png)",
      "[no](javascript:alert(1))",
      "[no](data:text/html,x)",
      "[no](https://user:secret@example.org)",
      "[no][1]\n\n[1]: https://example.org",
      "    no code",
      "***",
      "mail me at ada@example.org",
    ])("not of the subset, and so the text that was typed: %s", (text) => {
      const tree = told(blocksOf(text));
      expect(tree).not.toMatch(/^(?:pre|quote|ul|ol)|link\((?:javascript|data|https:\/\/user|mailto)/);
      expect(tree.replaceAll(/link\(\S+ ([^)]*)\)/g, "$1").replaceAll(/\s|⏎|\|/g, "")).toBe(
        text.replaceAll(/\s|\|/g, ""),
      );
    });

    it.each([
      "> ",
      "- ",
      "* a ",
      "**",
      "[",
      "`",
      "*a **b ",
      "_",
      "~~",
      "[a](",
      "![",
      "1. ",
      "\\",
      "<a ",
      "https://",
      "w.",
      "a@",
    ])("4,000 characters of %j are read in no time", (sign) => {
      const startedAt = performance.now();
      const text = sign.repeat(4_000 / sign.length);
      expect(blocksOf(text).length).toBeGreaterThan(0);
      blocksOf(`a${text}\n${text}`.slice(0, 4_000));
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    });
  });
});
